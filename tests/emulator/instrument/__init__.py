"""Tests of the instrument's behaviour, without sockets."""
