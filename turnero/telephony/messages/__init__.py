"""Messages to people's telephones and to technicians: a port, its adapters, and who sends."""
