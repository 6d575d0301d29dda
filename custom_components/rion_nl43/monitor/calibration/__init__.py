"""Calibrations of a meter: when it heard a calibrator, which counts nowhere, and what was read then."""
