"""`python -m sennight`: the command line, where the script is not on the path."""

from sennight.cli import main

if __name__ == "__main__":
    main()
