"""The law of the house: each rule is a pure function from a source tree to its faults.

A rule reads only the texts it is given, so a planted snippet shows that it bites. One module a family: sizes, names,
money, clocks, sql, http, doors, glossary, operations, dependencies, templates, reasons.
"""
