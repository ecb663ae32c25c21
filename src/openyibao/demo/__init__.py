"""A made-up population to try the platform with: people, institutions, a catalogue; nobody and nothing in it is real.

Keeps: nothing; everything follows from a seed. Promises: the same seed makes the same population; identity numbers carry
an area code that was never issued (999…), phones a prefix without subscribers (100…); passwords are printed, so never
for a service that lives. Units: fen, 10⁻⁶ yuan, Shanghai dates. Callers: the commands demo and bench, tests.
中文: 演示数据。
"""

from openyibao.demo.places import DemoOperator
from openyibao.demo.population import DemoPerson, Installed, Population, install, make_population

__all__ = ["DemoOperator", "DemoPerson", "Installed", "Population", "install", "make_population"]
