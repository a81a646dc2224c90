"""Files of samples: what they say, what is picked and told, and what is refused."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from solvers.sample_files import MAX_BYTES, MAX_DIMENSION, MAX_NUMBERS, check_rows, read_samples
from solvers.samples import MAX_ROWS

POINTS = np.random.default_rng(3).normal(size=(60, 2)).round(3)


def npy(array, allow_pickle=False) -> bytes:
    file = BytesIO()
    np.save(file, array, allow_pickle=allow_pickle)
    return file.getvalue()


def table(points=POINTS, separator=",", head=()):
    lines = [separator.join(map(str, row)) for row in points.tolist()]
    return "\n".join([*head, *lines])


def read(text, name="samples.csv"):
    return read_samples(name, text if isinstance(text, bytes) else text.encode())


def in_order(rows):
    """Rows in an order of their own, to be compared whatever theirs is."""
    return sorted(rows.astype(np.float32).tolist())


def refusal(data, name="samples.csv"):
    """The one sentence with which a file is refused."""
    with pytest.raises(ValueError, match=r"^samples: .*\.$") as caught:
        read(data, name)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert len(sentence) < 250
    return sentence.removeprefix("samples: ")


@pytest.mark.parametrize(
    "text",
    [
        table(),
        table().replace("\n", "\r\n") + "\r\n",
        table(separator="; "),
        table(separator="\t"),
        table(separator="   "),
        table(head=["# by hand", "", "width,height"]),
        table(head=['"width","height"']),
        "\ufeff" + table(head=["x,y"]),
        table().replace("\n", ",\n"),
    ],
)
def test_columns_of_a_text_are_coordinates(text):
    samples = read(text)
    assert samples.rows.dtype == np.float32
    assert in_order(samples.rows) == in_order(POINTS)
    assert samples.notes == ()


def test_decimal_commas_are_told():
    samples = read(table(separator=";").replace(".", ","))
    assert in_order(samples.rows) == in_order(POINTS)
    assert samples.notes == ("Its commas are taken for decimal points.",)


def test_a_column_without_a_name_is_left_out():
    """As data frames write their index."""
    numbered = np.column_stack([np.arange(60), POINTS])
    samples = read(table(numbered, head=[",x,y"]))
    assert in_order(samples.rows) == in_order(POINTS)
    assert samples.notes == ("Columns without a name are left out (1 of 3).",)


@pytest.mark.parametrize("kind", ["float16", "float32", "float64", ">f8", "int32"])
def test_arrays_of_numbers_are_read(kind):
    points = (100 * POINTS).astype(kind)
    samples = read(npy(points), "A.NPY")
    assert in_order(samples.rows) == in_order(points)
    assert samples.notes == ()


def test_units_stay_and_dimensions_go_up_to_64():
    points = 1e6 + 1e4 * np.random.default_rng(0).normal(size=(50, MAX_DIMENSION))
    samples = read(npy(points), "a.npy")
    assert samples.rows.shape == (50, MAX_DIMENSION)
    np.testing.assert_allclose(samples.rows.mean(axis=0), points.mean(axis=0), rtol=1e-6)


def test_the_first_rows_stand_for_all():
    """A file is often sorted."""
    points = np.column_stack([np.arange(1000), np.arange(1000) ** 2])
    first = read(npy(points), "a.npy").rows[:200, 0]
    assert 400 < first.mean() < 600
    assert np.array_equal(first, read(npy(points), "a.npy").rows[:200, 0])


@pytest.mark.parametrize(
    ("dimension", "kept"), [(2, MAX_ROWS), (8, MAX_ROWS), (16, MAX_NUMBERS // 16)]
)
def test_of_many_rows_some_are_picked(dimension, kept):
    points = np.arange(10**6 * dimension, dtype=np.int32).reshape(-1, dimension)
    samples = read(npy(points), "a.npy")
    assert samples.rows.shape == (kept, dimension)
    assert samples.notes == (f"Of its 1,000,000 rows, {kept:,} are used, picked at random.",)
    assert samples.rows[:, 0].mean() == pytest.approx(points[:, 0].mean(), rel=0.01)
    assert len(np.unique(samples.rows[:, 0])) > 0.9 * kept  # float32 may round two to one


def test_a_text_of_a_million_rows_is_read():
    text = "x,y\n" + "0.25,0.5\n0.75,1.5\n" * 500_000
    samples = read(text)
    assert len(samples.rows) == MAX_ROWS
    assert samples.rows.mean(axis=0) == pytest.approx([0.5, 1.0], abs=0.01)
    assert samples.notes == ("Of its 1,000,000 rows, 200,000 are used, picked at random.",)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "the file is empty."),
        (bytes(MAX_BYTES + 2**20), "has 65 MiB, but at most 64 MiB are read."),
        (b"\n" * 2_000_001, "the file has more than 2 million lines."),
        ("\n \n# nothing\n", "the file holds no rows."),
        ("x,y\n", "there are 0 points, but at least 50 are needed."),
        (table(POINTS[:49]), "there are 49 points, but at least 50 are needed."),
        (b"\x89PNG\r\n\x1a\n\0\0", "the file is no text; a table of numbers is needed."),
        (table() + "\n1,one", "line 61 has “one” in column 2, where a number is needed."),
        (
            table(head=["x,y"]) + "\n" + "1x" * 50 + ",2",
            "line 62 has “1x1x1x1x1x1x1x1x1x1…” in column 1 (“x”), where a number is needed.",
        ),
        (table() + "\n1\n", "line 61 has 1 column, but the first one has 2 columns."),
        (table() + "\n1,2,3\n", "line 61 has 3 columns, but the first one has 2 columns."),
        (
            table(head=["x,y"]) + "\n1,\n1,NA\n-inf,1",
            "line 62 has no finite number in column 2 (“y”), but one is needed everywhere "
            "(3 of 63 rows lack one).",
        ),
        (
            table(np.column_stack([POINTS, np.full(60, 7)])),
            "column 3 is 7 in every row, but must vary; leave it out.",
        ),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_texts_that_are_refused(data, sentence):
    assert refusal(data) == sentence


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.zeros(60), "the shape is (60,), but must be (n, d): a row for each point, d = 2 to 64"),
        (np.zeros((60, 1)), "the shape is (60, 1), but"),
        (np.zeros((60, 65)), "the shape is (60, 65), but"),
        (np.zeros((2, 60, 2)), "the shape is (2, 60, 2), but"),
        (np.zeros((49, 2)), "there are 49 points, but at least 50 are needed."),
        (np.zeros((60, 2), complex), "holds complex128, but real numbers are needed."),
        (np.full((60, 2), "a"), "holds <U1, but real numbers are needed."),
        (np.full((60, 2), np.nan), "row 0 has no finite number in column 0, but one is needed"),
        (np.full((60, 2), 1e300), "row 0 has no finite number in column 0, but one is needed"),
        (np.full((60, 2), 7), "column 0 is 7 in every row, but must vary; leave it out."),
        (1e9 + POINTS, "column 0 is 1e+09 in every row, but must vary; leave it out."),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_arrays_that_are_refused(array, sentence):
    assert refusal(npy(array), "a.npy").startswith(sentence)


def test_nothing_is_unpickled():
    class Trap:
        def __reduce__(self):
            return pytest.fail, ("unpickled",)

    data = npy(np.array([[Trap(), Trap()]] * 50, dtype=object), allow_pickle=True)
    assert refusal(data, "a.npy") == "holds object, but real numbers are needed."


@given(st.binary(min_size=1, max_size=200))
def test_noise_is_no_array(noise):
    assert refusal(noise, "a.npy") == "the file is damaged, or it is no NumPy array."


@pytest.mark.parametrize("cut", [5, 9, 60, 128, -1])
def test_an_array_that_is_cut_off_is_refused(cut):
    assert refusal(npy(POINTS)[:cut], "a.npy")


def test_an_array_that_promises_too_much_is_refused():
    lie = npy(POINTS).replace(b"(60, 2)", b"(99, 2)")
    assert "announces the shape (99, 2)" in refusal(lie, "a.npy")


@given(st.text(st.characters(codec="utf-8"), max_size=80))
@example("")
def test_any_text_is_refused_in_a_sentence(text):
    """It is too short to hold enough."""
    assert refusal(text)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (POINTS, "there are 60 rows of float64, but must be at most 200,000 of float32"),
        (np.ones((31_251, 64), np.float32), "there are 31,251 rows of float32, but must be at m"),
        (np.ones((60, 2), np.float32), "column 0 is constant"),
        (np.full((60, 2), np.nan, np.float32), "row 0 is not finite"),
        (np.float32(7), "the shape is ()"),
    ],
)
def test_rows_that_no_file_gives_are_refused(rows, sentence):
    with pytest.raises(ValueError, match=r"^samples: .*\.$") as caught:
        check_rows(np.asarray(rows))
    assert str(caught.value).startswith(f"samples: {sentence}")
