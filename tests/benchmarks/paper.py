"""Published figures of Kim, Zhou, Zhu and Chen (2026), table 1: B × 10³ after 300 iterations.

The SGA column is the dual D; the others are the primal B by the authors' own computation.
"""

ITERATIONS = 300

_THIRD, _QUARTER, _SIXTH = 1 / 3, 1 / 4, 1 / 6

# Weights of two discs, drop, ring and four-leaf.
WEIGHTS = (
    (2 * _THIRD, 0, 0, _THIRD),
    (_THIRD, 0, 0, 2 * _THIRD),
    (2 * _THIRD, _THIRD, 0, 0),
    (_THIRD, _QUARTER, _SIXTH, _QUARTER),
    (_QUARTER, _SIXTH, _QUARTER, _THIRD),
    (0, 0, _THIRD, 2 * _THIRD),
    (_THIRD, 2 * _THIRD, 0, 0),
    (_QUARTER, _THIRD, _QUARTER, _SIXTH),
    (_SIXTH, _QUARTER, _THIRD, _QUARTER),
    (0, 0, 2 * _THIRD, _THIRD),
    (0, 2 * _THIRD, _THIRD, 0),
    (0, _THIRD, 2 * _THIRD, 0),
)

TABLE = {
    "sga": (3.917, 3.917, 5.257, 5.923, 5.299, 1.646, 5.257, 5.964, 5.219, 1.645, 3.812, 3.813),
    "wdha": (3.940, 3.923, 5.275, 5.952, 5.313, 1.649, 5.268, 5.987, 5.232, 1.647, 3.833, 3.814),
    "cwb": (4.202, 4.160, 5.559, 6.153, 5.513, 1.821, 5.513, 6.182, 5.424, 1.841, 4.006, 4.023),
    "dsb": (3.926, 3.925, 5.260, 5.936, 5.314, 1.648, 5.263, 5.977, 5.239, 1.648, 3.814, 3.814),
}


def spelled(weights):
    """Weights as the paper writes them, such as "2/3, 0, 0, 1/3"."""
    names = {0: "0", _SIXTH: "1/6", _QUARTER: "1/4", _THIRD: "1/3", 2 * _THIRD: "2/3"}
    return ", ".join(names[w] for w in weights)
