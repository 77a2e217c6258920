"""Every failure that a user can fix, as one tree under DigitsError; a message says expected, got, next step."""


class DigitsError(Exception):
    """Root of the project's errors: printed as one line, exit code 1."""


class ImageError(DigitsError, ValueError):
    """An image that cannot be read, or is outside what is accepted."""


class ModelError(DigitsError, ValueError):
    """A model file that is missing, corrupt, or not made for this project."""


class RuntimeUnavailableError(DigitsError, RuntimeError):
    """No TFLite runtime could build and invoke an interpreter."""


class StoreError(DigitsError, RuntimeError):
    """A model store that is in use, damaged, or has nothing to roll back to."""


class SignatureError(DigitsError, ValueError):
    """A model without a signature, or with one that is not its own, or a key that is none."""


class OutputError(DigitsError, OSError):
    """A result that cannot be written."""


class BenchError(DigitsError, RuntimeError):
    """A measurement that died, or an earlier one that cannot be compared."""


class CameraError(DigitsError, OSError):
    """No camera, or one that gives no frames."""


class EndOfFrames(DigitsError, EOFError):  # noqa: N818 - an end, not a mistake
    """The last frame of a video has been read."""


class OptionError(DigitsError, ValueError):
    """A flag's value that cannot be used, such as an address without a token or a URL of an unknown kind."""


class MissingPartError(DigitsError, ImportError):
    """An optional package that a flag needs is not installed."""


class FormError(DigitsError, ValueError):
    """A form whose description cannot be used, or what does not fit one of its fields."""


class SheetError(DigitsError, ValueError):
    """A photo of a template sheet that cannot be cut into digits."""


class LabelledFolderError(DigitsError, ValueError):
    """A folder of labelled digits that cannot be read, or holds too little to learn from."""


class SourceError(DigitsError, OSError):
    """A file, folder or URL that is missing, cannot be listed, or cannot be read."""


class ClusterError(DigitsError, ConnectionError):
    """No Dask scheduler, or workers that cannot do the work."""
