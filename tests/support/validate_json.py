"""Validates JSON documents against a JSON Schema: validate_json.py SCHEMA DOCUMENTS [SCHEMA DOCUMENTS …]

DOCUMENTS holds one document a line. Schemas in the folder of SCHEMA may refer to one another by $id. Says what is
wrong with which line on stderr; the exit status is 0 when every document is valid, 1 when one is not.
"""

import json
import pathlib
import sys

import jsonschema


def schemas_of(folder: pathlib.Path) -> dict:
    store = {}
    for path in folder.glob("*.schema.json"):
        schema = json.loads(path.read_text(encoding="utf-8"))
        store[schema["$id"]] = schema
    return store


def is_valid(schema_path: pathlib.Path, documents_path: str, store: dict) -> bool:
    schema = json.loads(schema_path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    resolver = jsonschema.RefResolver.from_schema(schema, store=store)
    validator = jsonschema.Draft202012Validator(schema, resolver=resolver)
    valid = True
    with open(documents_path, encoding="utf-8") as documents:
        for number, line in enumerate(documents, start=1):
            for error in validator.iter_errors(json.loads(line)):
                print(f"{schema_path.name}: document {number}: {error.json_path}: {error.message}", file=sys.stderr)
                valid = False
    return valid


def main() -> int:
    store = schemas_of(pathlib.Path(sys.argv[1]).parent)
    pairs = zip(sys.argv[1::2], sys.argv[2::2], strict=True)
    results = [is_valid(pathlib.Path(schema), documents, store) for schema, documents in pairs]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
