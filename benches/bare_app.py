"""A Typer application with two commands that do nothing: what any command line costs before ours adds to it."""

import typer

app = typer.Typer()


@app.command()
def one() -> None:
    """Do nothing."""


@app.command()
def two() -> None:
    """Do nothing either."""


if __name__ == "__main__":
    app()
