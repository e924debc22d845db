"""The type that documents are set in: Liberation Sans, one of the four that a QR-bill may have. Shipped with the layer."""

from pathlib import Path

FOLDER = Path(__file__).parent
