"""The folder in which Home Assistant looks for custom integrations."""
