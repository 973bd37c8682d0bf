# SPDX-License-Identifier: MIT
"""terminal.py ROWS [SLOW-INPUT] -- COMMAND... - run COMMAND on a terminal of 80 columns
and ROWS rows and print what came out; with SLOW-INPUT its standard input is that
file, of which the second half comes after 1.4 seconds."""
import fcntl
import os
import pty
import struct
import sys
import termios
import threading
import time


def main():
    cut = sys.argv.index("--")
    rows, slow, command = int(sys.argv[1]), sys.argv[2:cut], sys.argv[cut + 1:]
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)
        os.dup2(read_end if slow else theirs, 0)
        os.dup2(theirs, 1)
        os.dup2(theirs, 2)
        os.closerange(3, 64)
        os.environ.pop("COLUMNS", None)
        os.environ["TERM"] = "xterm-256color"
        os.execvp(command[0], command)
    os.close(theirs)
    os.close(read_end)

    def feed():
        with open(slow[0], "rb") as file:
            data = file.read()
        middle = len(data) // 2
        os.write(write_end, data[:middle])
        time.sleep(1.4)
        view = memoryview(data)[middle:]
        while view:
            view = view[os.write(write_end, view):]
        os.close(write_end)

    if slow:
        threading.Thread(target=feed, daemon=True).start()
    out = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        out += part
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    sys.stdout.buffer.write(out)
    sys.exit(status)


main()
