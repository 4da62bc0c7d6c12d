"""Tests, in the shape of the package: one folder per room, and browser/, faults/ and peers/."""
