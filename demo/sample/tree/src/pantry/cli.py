"""The command line."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from .errors import PantryError
from .quantities import parse
from .report import table
from .shopping import shopping_list
from .stock import Pantry
from .storage import load, save


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 1 with a message when something is wrong."""
    options = _parser().parse_args(arguments)
    path = Path(os.environ.get("PANTRY_FILE", "pantry.json"))
    try:
        pantry = load(path)
        options.command(pantry, options)
        save(pantry, path)
    except PantryError as error:
        print(f"pantry: {error}", file=sys.stderr)
        return 1
    return 0


def _add(pantry: Pantry, options: argparse.Namespace) -> None:
    minimum = parse(options.minimum) if options.minimum else None
    item = pantry.add(options.name, parse(options.quantity), minimum=minimum, use_by=options.use_by)
    print(f"{item.name}: {item.quantity}")


def _take(pantry: Pantry, options: argparse.Namespace) -> None:
    item = pantry.take(options.name, parse(options.quantity))
    print(f"{item.name}: {item.quantity} left")


def _list(pantry: Pantry, options: argparse.Namespace) -> None:
    print(table(pantry))


def _shop(pantry: Pantry, options: argparse.Namespace) -> None:
    for need in shopping_list(pantry):
        print(f"{need.name}: {need.missing}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pantry", description="What is in the kitchen.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    add = commands.add_parser("add", help="put something in")
    add.add_argument("name")
    add.add_argument("quantity", help='such as "500 g"')
    add.add_argument("--minimum", help="what should always be there")
    add.add_argument("--use-by", type=date.fromisoformat, help="YYYY-MM-DD")
    add.set_defaults(command=_add)

    take = commands.add_parser("take", help="take something out")
    take.add_argument("name")
    take.add_argument("quantity")
    take.set_defaults(command=_take)

    listing = commands.add_parser("list", help="show everything")
    listing.set_defaults(command=_list)

    shop = commands.add_parser("shop", help="show what to buy")
    shop.set_defaults(command=_shop)
    return parser
