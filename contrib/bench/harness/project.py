"""A small C project, whose builds are measured."""

import os


def create(directory, files):
    """Writes that many C files, with a Makefile that starts a shell, a compiler and another program for each."""
    os.makedirs(directory, exist_ok=True)
    names = [f"part{number}" for number in range(files)]
    for name in names:
        with open(os.path.join(directory, f"{name}.c"), "w", encoding="ascii") as file:
            file.write(f"#include <stdio.h>\nint {name}(void) {{ return printf(\"{name}\\n\"); }}\n")
    objects = " ".join(f"{name}.o" for name in names)
    with open(os.path.join(directory, "Makefile"), "w", encoding="ascii") as file:
        file.write(f"all: {objects}\n%.o: %.c\n\tsh -c 'cc -c $< -o $@; /bin/true'\n")
    return directory
