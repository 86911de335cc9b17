"""What our job backbone is compared with, each set up as its own users would."""
