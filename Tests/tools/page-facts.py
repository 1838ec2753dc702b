"""Says of pages what html5lib's trees hold.

page-facts.py FILE: a page a line, as a JSON string; a line of JSON for each on standard output, null where html5lib
itself fails.
"""

import json
import sys
import warnings

import html5lib

HTML = "{http://www.w3.org/1999/xhtml}"
SPACE = " \t\n\f\r"


def words(text):
    for space in SPACE:
        text = text.replace(space, " ")
    return [word for word in text.split(" ") if word]


def facts(page):
    root = html5lib.parse(page)
    found = {"language": root.get("lang"), "titles": [], "bases": [], "canonicals": [], "links": []}
    for element in root.iter():
        href = element.get("href")
        if element.tag == HTML + "title":
            found["titles"].append(" ".join(words("".join(element.itertext()))))
        elif element.tag == HTML + "base" and href is not None:
            found["bases"].append(href)
        elif element.tag == HTML + "link" and href is not None and "canonical" in words(element.get("rel", "").lower()):
            found["canonicals"].append(href)
        elif element.tag in (HTML + "a", HTML + "area") and href is not None:
            found["links"].append(href)
    return found


warnings.simplefilter("ignore")
for line in open(sys.argv[1], encoding="utf-8"):
    try:
        answer = facts(json.loads(line))
    except Exception:
        answer = None
    print(json.dumps(answer))
