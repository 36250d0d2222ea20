import os

from bughive_worker.runtime.shutdown import DrainFlag


def test_a_child_forked_before_the_signal_learns_of_it() -> None:
    flag = DrainFlag()
    heard_read, heard_write = os.pipe()
    child = os.fork()
    if child == 0:
        while not flag.is_set():
            pass
        os.write(heard_write, b"!")
        os._exit(0)
    flag.set()
    assert os.read(heard_read, 1) == b"!"
    assert os.waitpid(child, 0)[1] == 0
    os.close(heard_read)
    os.close(heard_write)
