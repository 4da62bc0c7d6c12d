"""What a server and a box beside the hardware say to each other, known to both."""
