"""What a visitor can take along: pictures, movies, arrays and curves, each a file's content."""

from explorer.exports.data import SolverRecord, archive, curves_csv, npz
from explorer.exports.pictures import gif, mp4, on_paper, png, steps_of, turntable

__all__ = [
    "SolverRecord",
    "archive",
    "curves_csv",
    "gif",
    "mp4",
    "npz",
    "on_paper",
    "png",
    "steps_of",
    "turntable",
]
