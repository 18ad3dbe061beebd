"""Validates JSON documents against a JSON Schema: validate_json.py SCHEMA DOCUMENTS

DOCUMENTS holds one document a line. Schemas in the folder of SCHEMA may refer to one another by $id. Says what is
wrong with which line on stderr; the exit status is 0 when every document is valid, 1 when one is not.
"""

import json
import pathlib
import sys

import jsonschema


def main() -> int:
    schema_path = pathlib.Path(sys.argv[1])
    store = {}
    for path in schema_path.parent.glob("*.schema.json"):
        schema = json.loads(path.read_text(encoding="utf-8"))
        store[schema["$id"]] = schema
    schema = json.loads(schema_path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    resolver = jsonschema.RefResolver.from_schema(schema, store=store)
    validator = jsonschema.Draft202012Validator(schema, resolver=resolver)
    valid = True
    with open(sys.argv[2], encoding="utf-8") as documents:
        for number, line in enumerate(documents, start=1):
            for error in validator.iter_errors(json.loads(line)):
                print(f"document {number}: {error.json_path}: {error.message}", file=sys.stderr)
                valid = False
    return 0 if valid else 1


if __name__ == "__main__":
    sys.exit(main())
