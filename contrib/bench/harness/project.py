"""A small C project, whose builds are measured."""

import os


_FUNCTION = """
int {name}(const int *values, int count)
{{
    int sum = {seed}, i, j;
    char text[32];
    for (i = 0; i < count; i++)
        for (j = i; j < count; j += {seed} + 1)
            sum += values[i] * values[j] % ({seed} + 7);
    snprintf(text, sizeof text, "%d", sum);
    return sum > 1000 ? (int)strlen(text) : sum;
}}
"""


def create(directory, files, functions=0):
    """Writes that many C files, with a Makefile that starts a shell, a compiler and another program for each.

    A file has one line, which compiles in a few milliseconds, or that many functions.
    """
    os.makedirs(directory, exist_ok=True)
    names = [f"part{number}" for number in range(files)]
    for name in names:
        with open(os.path.join(directory, f"{name}.c"), "w", encoding="ascii") as file:
            file.write("#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n" if functions else "#include <stdio.h>\n")
            file.write(f"int {name}(void) {{ return printf(\"{name}\\n\"); }}\n")
            for number in range(functions):
                file.write(_FUNCTION.format(name=f"{name}_{number}", seed=number % 5))
    objects = " ".join(f"{name}.o" for name in names)
    options = "-O2 -c" if functions else "-c"
    with open(os.path.join(directory, "Makefile"), "w", encoding="ascii") as file:
        file.write(f"all: {objects}\n%.o: %.c\n\tsh -c 'cc {options} $< -o $@; /bin/true'\n")
    return directory
