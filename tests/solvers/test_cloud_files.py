"""Files of points: what they say, what is guessed and told, and what is refused."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from solvers.cloud_files import MAX_BYTES, MAX_POINTS, read_cloud

SCALED = "Its points are moved and scaled into the unit square, proportions kept."


def npy(array, allow_pickle=False) -> bytes:
    file = BytesIO()
    np.save(file, array, allow_pickle=allow_pickle)
    return file.getvalue()


def read(text, name="points.csv"):
    return read_cloud(name, text.encode())


def sampled(total):
    return f"Of its {total} rows, 50,000 are read, picked at random."


def refusal(data, name="points.csv"):
    """The one sentence with which a file is refused."""
    with pytest.raises(ValueError, match=r"^cloud: .*\.$") as caught:
        read_cloud(name, data if isinstance(data, bytes) else data.encode())
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert len(sentence) < 250
    return sentence.removeprefix("cloud: ")


@pytest.mark.parametrize(
    "text",
    [
        "0.25,0.5\n0.75,1\n",
        "0.25, 0.5\r\n0.75, 1",
        "0.25;0.5\n0.75;1",
        "0,25;0,5\n0,75;1",
        "0,25\t0,5\n0,75\t1",
        "0.25 0.5\n\n  0.75   1  \n",
        "# made by hand\n0.25 0.5\n# and more\n0.75 1",
        "0.25,0.5,\n0.75,1,\n",
        '"0.25","0.5"\n"0.75","1"',
        "\ufeff0.25,0.5\n0.75,1",
        "2.5e-1 .5\n7.5E-1 +1",
    ],
)
def test_two_columns_are_x_and_y(text):
    cloud = read(text)
    assert cloud.rows.tolist() == [[0.5, 0.25, 0.5], [0.5, 0.75, 1]]
    assert cloud.notes == (("Its commas are taken for decimal points.",) if "0,25" in text else ())


@pytest.mark.parametrize("name", ["points", "POINTS.CSV", "points.npy.txt", "ünïcode.dat"])
def test_any_other_name_is_a_text(name):
    assert len(read("0 0\n1 1", name).rows) == 2


def test_texts_of_spreadsheets_are_read():
    assert len(read_cloud("points.txt", "x\ty\n0,5\t0,25\n".encode("utf-16")).rows) == 1


def test_four_columns_are_x_y_z_and_mass():
    cloud = read("0.1 0.2 0.3 1\n0.4 0.5 0.6 3")
    assert cloud.rows == pytest.approx(np.array([[0.25, 0.1, 0.2, 0.3], [0.75, 0.4, 0.5, 0.6]]))
    assert cloud.notes == ()


def test_a_third_column_that_sums_to_1_is_mass():
    cloud = read(".1 .2 .25\n.4 .5 .75")
    assert cloud.rows == pytest.approx(np.array([[0.25, 0.1, 0.2], [0.75, 0.4, 0.5]]))
    assert cloud.notes == (
        "Its third column is taken for mass, for it sums to 1; "
        "name the columns x, y, z if it is not.",
    )


@pytest.mark.parametrize("third", [(0.5, 0.6), (1.5, -0.5), (0, 0)])
def test_any_other_third_column_is_z(third):
    cloud = read(f"0 0 {third[0]}\n1 1 {third[1]}")
    assert cloud.rows.shape == (2, 4)
    assert cloud.notes[0] == (
        "Its third column is taken for z, for it does not sum to 1 as masses do; "
        "name it mass if it is."
    )


@pytest.mark.parametrize("name", ["mass", "Masses", "weight", "WEIGHTS", "w", '" w"'])
def test_a_name_settles_the_third_column(name):
    assert read(f"x,y,{name}\n0,0,5\n1,1,15").rows.tolist() == [[0.25, 0, 0], [0.75, 1, 1]]
    assert read(f"lon,lat,{name}\n0,0,5\n1,1,15").rows.tolist() == [[0.25, 0, 0], [0.75, 1, 1]]
    assert read("x y z\n0 0 .25\n1 1 .75").rows.tolist() == [[0.5, 0, 0, 0.25], [0.5, 1, 1, 0.75]]


def test_names_choose_columns_in_any_order():
    cloud = read("town;weight;Y;z;X\nParis;1;0.2;0.3;0.1\nLyon;3;0.5;0.6;0.4")
    assert cloud.rows == pytest.approx(np.array([[0.25, 0.1, 0.2, 0.3], [0.75, 0.4, 0.5, 0.6]]))
    assert cloud.notes == ("Of its columns, X, Y, z, weight are used.",)


def test_other_names_are_skipped():
    cloud = read("a b\n0 0\n1 1")
    assert len(cloud.rows) == 2
    assert cloud.notes == ("Its first line, without numbers, is skipped.",)


def test_rows_that_lack_a_number_are_left_out():
    cloud = read("x,y,w\n0,0,1\n,1,1\n1,nan,1\n1,1,NA\n1,1,inf\n1,0.5,1\n")
    assert cloud.rows.tolist() == [[0.5, 0, 0], [0.5, 1, 0.5]]
    assert cloud.notes == (
        "4 rows without a finite number in every column are left out (lines 3, 4, 5, 6).",
    )


def test_points_without_mass_are_left_out():
    cloud = read_cloud("a.npy", npy(np.array([[0, 0, 0, 0], [1, 1, 1, 2.0]])))
    assert cloud.rows.tolist() == [[1, 1, 1, 1]]
    assert cloud.notes == ("1 row without mass is left out (row 0).",)


def test_a_long_list_of_places_is_cut():
    note = read("0 0\n" + "nan 1\n" * 1200).notes[0]
    assert note.startswith("1,200 rows without")
    assert note.endswith("(lines 2, 3, 4, 5, 6, …).")


def test_positions_outside_are_scaled_and_keep_their_proportions():
    cloud = read("-10 0\n10 0\n0 5")
    assert cloud.rows[:, 1:] == pytest.approx(
        np.array([[0.08, 0.395], [0.92, 0.395], [0.5, 0.605]])
    )
    assert cloud.notes == (SCALED,)


def test_positions_inside_stay():
    assert read("0 0\n0 1").rows[:, 1:].tolist() == [[0, 0], [0, 1]]


@pytest.mark.parametrize("text", ["7 8", "7 8\n7 8\n7 8"])
def test_points_at_one_place_are_put_in_the_middle(text):
    cloud = read(text)
    assert (cloud.rows[:, 1:] == 0.5).all()
    assert cloud.notes == (SCALED,)


@given(arrays(float, (7, 3), elements=st.floats(allow_nan=False, allow_infinity=False)))
def test_any_finite_positions_fit(positions):
    cloud = read_cloud("a.npy", npy(np.column_stack([positions, np.ones(7)])))
    assert cloud.rows.shape == (7, 4)
    assert cloud.rows[:, 1:].min() >= 0
    assert cloud.rows[:, 1:].max() <= 1


@given(arrays(float, 5, elements=st.floats(0, allow_infinity=False)))
def test_any_masses_sum_to_1(masses):
    masses[0] = masses[0] or 1.0
    data = npy(np.column_stack([np.zeros((5, 3)), masses]))
    assert read_cloud("a.npy", data).rows[:, 0].sum() == pytest.approx(1)


@pytest.mark.parametrize("kind", ["float32", "float64", "int16", "bool", ">f8"])
def test_arrays_of_numbers_are_read(kind):
    assert read_cloud("A.NPY", npy(np.eye(2, dtype=kind))).rows.tolist() == [
        [0.5, 1, 0],
        [0.5, 0, 1],
    ]


def test_a_million_rows_are_thinned():
    cloud = read("x,y\n" + "0.25,0.5\n" * 750_000 + "0.75,0.5\n" * 250_000)
    assert 2 <= len(cloud.rows) <= MAX_POINTS
    assert cloud.rows[cloud.rows[:, 1] < 0.5, 0].sum() == pytest.approx(0.75, abs=0.01)
    assert cloud.notes == (
        sampled("1,000,000"),
        f"{len(cloud.rows):,} points stand for its 1,000,000.",
    )


def test_a_sample_says_so_even_if_few_of_its_rows_are_complete():
    """What is counted is what was read."""
    cloud = read("0.5,0.5\n" + "0.5,\n" * 199_000 + "0.25,0.5\n" * 999)
    first, second = cloud.notes
    assert first == sampled("200,000")
    assert " rows of these without a finite number in every column are left out" in second
    left_out = int(second.partition(" ")[0].replace(",", ""))
    assert left_out == pytest.approx(49_750, abs=100)
    assert len(cloud.rows) == 50_000 - left_out


def test_a_large_array_is_thinned_evenly():
    positions = np.random.default_rng(0).random((200_000, 2))
    cloud = read_cloud("a.npy", npy(positions))
    assert len(cloud.rows) == MAX_POINTS
    assert cloud.notes == (sampled("200,000"), "5,000 points stand for its 200,000.")
    counts = np.histogram2d(*cloud.rows[:, 1:].T, bins=5, range=[[0, 1], [0, 1]])[0]
    assert abs(counts - 200).max() < 20


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "the file is empty."),
        (bytes(MAX_BYTES + 2**20), "has 21 MiB, but at most 20 MiB are read."),
        (b"\n" * 2_000_001, "the file has more than 2 million lines."),
        ("\n \n# nothing\n", "the file holds no rows; one point at least is needed."),
        ("x,y\n", "the file holds no rows below the names of its columns."),
        (b"\x89PNG\r\n\x1a\n\0\0", "the file is no text; a table of numbers is needed."),
        ("0,0\n1,one", "line 2 has “one” where a number is needed."),
        ("0,0\n1," + "1x" * 50, "line 2 has “1x1x1x1x1x1x1x1x1x1…” where a number is needed."),
        ("# by hand\nx,y\n0,0\n1\n", "line 4 has 1 column, but the first one has 2 columns."),
        ("0 0\n1 1 1\n", "line 2 has 3 columns, but the first one has 2 columns."),
        ("x y w\n0 0 1\n1 1 -0.5", "line 3 has the mass -0.5, but must be ≥ 0."),
        ("x y w\n0 0 0\n1 1 0", "all masses are 0, but one at least must be positive."),
        ("nan nan\n1 inf", "no row has a finite number in every column."),
        ("x y w\n1 1 na", "no row has a finite number in every column."),
        ("{\\rtf1}", "the file holds no rows below the names of its columns."),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_texts_that_are_refused(data, sentence):
    assert refusal(data) == sentence


@pytest.mark.parametrize(
    ("text", "columns"), [("5", "1 column"), ("1 2 3 4 5", "5 columns"), ("x w\n0 1", "2 columns")]
)
def test_other_numbers_of_columns_are_refused(text, columns):
    sentence = refusal(text)
    assert sentence.startswith(f"a row has {columns}, but 2 to 4 are needed: x, y, then z")


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.zeros(5), "has the shape (5,), but must have n rows of 2 to 4 columns"),
        (np.zeros((5, 5)), "has the shape (5, 5), but"),
        (np.zeros((1, 5, 2)), "has the shape (1, 5, 2), but"),
        (np.zeros((0, 2)), "the array has no rows; one point at least is needed."),
        (np.zeros((2, 2), complex), "holds complex128, but real numbers are needed."),
        (np.array([["a", "b"]]), "holds <U1, but real numbers are needed."),
        (np.array([[1, -1, 2, -3]]), "row 0 has the mass -3, but must be ≥ 0."),
        (np.full((2, 2), np.nan), "no row has a finite number in every column."),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_arrays_that_are_refused(array, sentence):
    assert refusal(npy(array), "a.npy").startswith(sentence)


def test_nothing_is_unpickled():
    class Trap:
        def __reduce__(self):
            return pytest.fail, ("unpickled",)

    data = npy(np.array([[Trap(), Trap()]], dtype=object), allow_pickle=True)
    assert refusal(data, "a.npy") == "holds object, but real numbers are needed."


@given(st.binary(min_size=1, max_size=200))
def test_noise_is_no_array(noise):
    assert refusal(noise, "a.npy") == "the file is damaged, or it is no NumPy array."


@pytest.mark.parametrize("cut", [5, 9, 60, 128, -1])
def test_an_array_that_is_cut_off_is_refused(cut):
    whole = npy(np.random.default_rng(0).random((4, 2)))
    assert refusal(whole[:cut], "a.npy")


def test_an_array_that_promises_too_much_is_refused():
    lie = npy(np.zeros((10, 2))).replace(b"(10, 2)", b"(99, 2)")
    assert "announces the shape (99, 2)" in refusal(lie, "a.npy")


@given(st.text(st.characters(codec="utf-8"), max_size=80))
@example("1 2\n3 4")
def test_any_text_is_read_or_refused_in_a_sentence(text):
    try:
        rows = read(text).rows
    except ValueError:
        assert refusal(text)
    else:
        assert np.isfinite(rows).all()
