"""Turns: one at a time, in shares of time, and no claim for the idle."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from explorer import turns
from explorer.turns import Seat, Turns

WAIT = 60


class Clock:
    """Time that passes only when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(turns, "perf_counter", clock)
    return clock


def served(costs, lengths, count, clock):
    """Who is served, in order, where all always want a turn of their own length."""
    order, room = [], Turns()
    ready = [Event() for _ in costs]
    seats = [Seat(cost) for cost in costs]

    def work(i):
        ready[i].set()
        while len(order) < count:
            with room.turn(seats[i]):
                if len(order) < count:
                    order.append(i)
                    clock.now += lengths[i]
        clock.now += 1  # nobody waits for one who does not come back

    opening = Seat()
    with room.turn(opening):  # all queue up behind it
        threads = [Thread(target=work, args=(i,)) for i in range(len(costs))]
        for thread in threads:
            thread.start()
        for event in ready:
            assert event.wait(WAIT)
        while len(room._waiting) < len(costs):
            pass
    for thread in threads:
        thread.join(WAIT)
        assert not thread.is_alive()
    return order


def test_equal_work_alternates(clock):
    """Whoever has just had a turn is behind the others."""
    room = Turns()
    first, second = Seat(), Seat()
    for seat in (first, second):
        with room.turn(seat):
            clock.now += 1
    assert first.used == 1
    assert second.used == 1  # it came while nobody had used anything


def test_shares_of_time_are_equal_whatever_the_steps_take(clock):
    order = served([1, 1], [1, 4], 100, clock)
    short, long = order.count(0), 4 * order.count(1)
    assert short == pytest.approx(long, abs=9)


def test_a_costly_seat_gets_its_fraction(clock):
    order = served([1, 3], [1, 1], 80, clock)
    assert order.count(0) == pytest.approx(3 * order.count(1), abs=9)


def test_who_was_idle_has_no_claim(clock):
    room, busy, idle = Turns(), Seat(), Seat()
    for _ in range(10):
        with room.turn(busy):
            clock.now += 1
    with room.turn(idle):
        clock.now += 1
    assert idle.used == 10  # what the other had used when its last turn began, and one more


def test_an_error_ends_the_turn(clock):
    room, seat = Turns(), Seat()
    with pytest.raises(ValueError, match="no"), room.turn(seat):
        raise ValueError("no")
    with room.turn(seat):
        clock.now += 1
    assert seat.used == 1


def test_passing_on_counts_what_was_used(clock):
    room, seat = Turns(), Seat(2.0)
    with room.turn(seat):
        clock.now += 1
        room.pass_on(seat)
        assert seat.used == 2
        clock.now += 2
    assert seat.used == 6


def test_who_is_away_gets_no_turn_until_back(clock):
    room, there = Turns(), Event()
    absent, present = Seat(away=lambda: not there.is_set()), Seat()
    served = []

    def work():
        with room.turn(absent):
            served.append("absent")

    thread = Thread(target=work)
    thread.start()
    while not room._waiting:
        pass
    for _ in range(3):
        with room.turn(present):
            served.append("present")
            clock.now += 1
    there.set()
    thread.join(WAIT)
    assert served == ["present"] * 3 + ["absent"]


def test_who_has_used_less_may_step_out_for_a_moment(clock):
    """To record what it computed; a longer absence costs it the turn."""
    room, poor, rich = Turns(), Seat(), Seat()
    rich.used = 10.0
    served = []

    def work():
        with room.turn(rich):
            served.append("rich")

    with room.turn(poor):
        clock.now += 1
    thread = Thread(target=work)
    thread.start()
    while not room._waiting:
        pass
    with room.turn(poor):
        served.append("poor")
    clock.now += 1  # it stays away
    thread.join(WAIT)
    assert served == ["poor", "rich"]
