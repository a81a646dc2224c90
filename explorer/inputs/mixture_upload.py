"""A mixture fitted to a picture or a cloud of the visitor's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from explorer.inputs.mixture_sources import FIT_CELLS, own_mixture
from explorer.inputs.sources import Marginal
from explorer.inputs.upload import Upload
from solvers import cloud_files, images
from solvers.mixture_fitting import fitted, fitted_picture
from solvers.mixtures import ellipses

_PICTURES = (".png", ".jpg", ".jpeg", ".webp")
# Half-axis below which an ellipse can be neither seen nor taken, where the square has side 1.
_SMALLEST = 1e-4


class MixtureUpload(Upload):
    """Upload controls for what mixtures are fitted to.

    Parameters
    ----------
    claim : callable
        As for `Upload`.
    components : callable
        Returns how many a fitted mixture gets.
    """

    what, formats = "mixture", "PNG, JPEG, WebP, CSV, TSV, text or NPY"
    suffixes, max_bytes = (*_PICTURES, *cloud_files.SUFFIXES), images.MAX_BYTES

    def __init__(
        self,
        claim: Callable[[], Callable[[Marginal], bool]],
        components: Callable[[], int],
    ) -> None:
        super().__init__(claim)
        self._components = components
        self._file.label = "Choose a picture or a cloud"

    def _reader(
        self, name: str, data: bytes, label: str
    ) -> Callable[[], tuple[Marginal, tuple[str, ...]]]:
        return partial(_read, name, data, self._components(), label)


def _read(name: str, data: bytes, components: int, label: str) -> tuple[Marginal, tuple[str, ...]]:
    """The marginal and the notes on a file; ValueError if it cannot be used."""
    notes: tuple[str, ...] = ()
    if name.lower().endswith(_PICTURES):
        density = images.resample(images.square(images.decode(data)), FIT_CELLS)
        mixture = fitted_picture(density, components)
    else:
        cloud = cloud_files.read_cloud(name, data)
        if cloud.rows.shape[1] > 3:
            raise ValueError(
                "cloud: its points lie in space, but mixtures here in the plane; name the third "
                "column mass if it is."
            )
        mixture, notes = fitted(cloud.rows, components), cloud.notes
    if ellipses(mixture.covariances)[0].max() < _SMALLEST:
        raise ValueError("mixture: its ellipses would be too small to be seen: spread the points.")
    return own_mixture(mixture, label), notes
