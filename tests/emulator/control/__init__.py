"""Tests of the control port, over real sockets."""
