from bughive_dev.revival import Revival


class Programs:
    """Stands for a stack: programs end when the test says so."""

    programs = ("operator", "worker")

    def __init__(self):
        self.dead = {}
        self.started = []

    def ended(self):
        return dict(self.dead)

    def start_program(self, name):
        del self.dead[name]
        self.started.append(name)


def starts(stack, revival, begin, name, times):
    """Let a program end at once, again and again; how long each pause was."""
    pauses, now = [], begin
    for _ in range(times):
        stack.dead[name] = 1
        ended_at = now
        while name in stack.dead:
            list(revival.look(now))
            now += 0.5
        pauses.append(now - 0.5 - ended_at)
    return pauses


def test_a_program_that_was_killed_is_started_again_after_a_moment_and_no_other():
    stack = Programs()
    revival = Revival(stack, now=0)
    assert list(revival.look(1)) == []
    stack.dead["worker"] = -9
    assert list(revival.look(100)) == ["worker was killed by signal 9; it is started again in 1 s"]
    assert list(revival.look(100.9)) == []
    assert stack.started == []
    assert list(revival.look(101)) == ["worker was started again"]
    assert stack.started == ["worker"]
    assert list(revival.look(102)) == []


def test_a_program_that_keeps_ending_is_tried_less_and_less_often():
    stack = Programs()
    assert starts(stack, Revival(stack, now=0), 0, "operator", 7) == [1, 2, 4, 8, 16, 30, 30]


def test_a_program_that_has_run_for_long_is_started_soon_again():
    stack = Programs()
    revival = Revival(stack, now=0)
    starts(stack, revival, 0, "operator", 4)
    assert starts(stack, revival, 200, "operator", 1) == [1]
