"""What can be wrong with a scene."""


class SceneError(ValueError):
    """A scene that does not exist or is not written as a scene has to be; the text says where and why."""
