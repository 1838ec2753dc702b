"""Says of XML documents what expat reads in them.

xml-events.py FILE: a document a line, as a JSON string; a line of JSON for each on standard output: its tags, texts,
comments and instructions in their order, or null where the document is not well-formed, or its document type declaration tells more than its name.
"""

import json
import sys
from xml.parsers import expat


def events(document):
    found = []
    parser = expat.ParserCreate("utf-8")
    parser.ordered_attributes = True
    parser.buffer_text = True
    declared = []

    def start(name, attributes):
        found.append("<" + name)
        pairs = sorted(zip(attributes[::2], attributes[1::2]))
        found.extend(f"{name}={value}" for name, value in pairs if name.split(":")[0] != "xmlns")

    def text(data):
        if found and found[-1].startswith("'"):
            found[-1] += data
        else:
            found.append("'" + data)

    def comment(data):
        # Those outside of the root are no part of it.
        if found.count(">") < sum(event.startswith("<") for event in found):
            found.append("!" + data)

    def instruction(target, data):
        if found.count(">") < sum(event.startswith("<") for event in found):
            found.append("?" + target + " " + data)

    parser.ProcessingInstructionHandler = instruction
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: found.append(">")
    parser.CharacterDataHandler = text
    parser.CommentHandler = comment
    parser.EntityDeclHandler = lambda *entity: declared.append(entity)
    parser.AttlistDeclHandler = lambda *attribute: declared.append(attribute)
    parser.Parse(document.encode("utf-8"), True)
    return None if declared else found


for line in open(sys.argv[1], encoding="utf-8"):
    try:
        answer = events(json.loads(line))
    except expat.ExpatError:
        answer = None
    print(json.dumps(answer))
