extension Topic {
  /// The language of `where` and `when`.
  package static let expressions = Topic(
    "expressions", aliases: ["expression", "conditions"], title: "Conditions",
    [
      .paragraph(
        """
        A condition says which records go on: `where` for all sinks, `when` for one. It compares the fields of \
        a record. It may name the fields of extract, and every built-in name (`status`, `error`, `ok`) whether \
        it is extracted or not.
        """
      ),
      .example(
        """
        where: status == 200 and title contains 'Lamp'
        sinks:
          - csv: out/pages.csv
          - csv: {path: out/broken.csv, when: not ok}
          - csv: {path: out/moved.csv, when: "status in [301, 302, 308]"}
        """),
      .heading("Comparing"),
      .table([
        Row("status == 200", "equal; != is unequal. Texts are compared exactly, including case"),
        Row("length < 1000", "less; also <=, >, >=. Texts are in the order of their code points"),
        Row("status in 200..299", "within a range; both ends belong to it"),
        Row("status in [301, 302]", "one of a list; not in is the opposite"),
        Row("title contains 'Lamp'", "the text has this part; a list has this element. not contains is the opposite"),
        Row("'lamp' in tags", "the list has this element, as tags contains 'lamp'"),
        Row(
          "length(tags) > 3",
          "how many elements a list has, or characters (Unicode scalars) a text; null if there is no value"),
        Row("url starts_with 'https:'", "the text begins so; ends_with is the same for its end"),
        Row("title matches /^lamp/i", "a regular expression is found in the text; the flags are i, m, s and x"),
        Row("url != final_url", "two fields of the same kind are compared"),
        Row("ok", "a field that is true or false is a condition by itself"),
      ]),
      .heading("Joining"),
      .table([
        Row("a and b, a or b", "both; at least one. and binds stronger than or"),
        Row("not a", "the opposite. not binds strongest"),
        Row("(a or b) and c", "parentheses join what belongs together"),
      ]),
      .heading("null"),
      .paragraph(
        """
        A field without a value is null: `status` if no answer came, `error` if nothing failed, \
        a field whose selector found nothing. `x == null` and `x != null` ask for it. Every other comparison with a \
        null value is false, `x != 200` too, and `not` of it is true.
        """),
      .table([
        Row("error != null", "the request failed, or a field could not be had"),
        Row("status != 200", "there was an answer, and it was another one"),
        Row("not status == 200", "another answer, or none"),
      ]),
      .heading("ok"),
      .paragraph(
        """
        `ok` is true if the page was fetched and its status is below 400. A record that is `not ok` has an \
        `error` or a status of 400 or above.
        """),
      .heading("Values"),
      .table([
        Row("200, -1.5, 1e3", "numbers stand without quotes"),
        Row("'Lamp', \"Lamp\"", "texts stand in quotes; the escapes are \\' \\\" \\\\ \\n \\r \\t"),
        Row("true, false, null", "stand without quotes"),
        Row("'2026-01-31'", "a day, for fields that are dates; a moment is '2026-01-31T10:00:00Z'. Both are in UTC"),
        Row("`in`", "a field whose name is a word of the language, or has a blank, stands in backquotes"),
      ]),
      .paragraph(
        """
        What a field is compared with must be of its kind, which is checked before the run. `as: number` makes \
        a number of a text. A list is asked with `contains` and `in`, or compared with null; `length` says how many elements it has.
        """),
      .heading("Within YAML"),
      .paragraph(
        """
        Put the condition in quotes if YAML would end it early: if it holds `: ` or ` #`, if it begins with a \
        quote, a backquote or a bracket, and in braces if it holds a comma. In double quotes a backslash is \
        written twice; in single quotes a single quote is.
        """),
      .example(
        #"""
        where: "'Lamp: red' == title"
        where: "title matches /\\d+/"
        where: 'title == ''Lamp'''
        where: >-
          status in 200..299
          and not (title contains 'test' or title == null)
        """#),
    ])
}
