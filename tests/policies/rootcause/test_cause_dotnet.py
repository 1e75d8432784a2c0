""".NET: MSBuild, NuGet, the test runners, unhandled exceptions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CASES: list[tuple[str, str, str, str]] = [
    (
        "/w/A.cs(12,5): error CS0103: The name 'frob' does not exist [/w/A.csproj]\n\nBuild FAILED.\n\n"
        "/w/A.cs(12,5): error CS0103: The name 'frob' does not exist [/w/A.csproj]\n    1 Error(s)",
        "compile_error",
        "CS0103",
        "",
    ),
    (
        "/w/A.csproj : error NU1101: Unable to find package Frob. No packages",
        "missing_dependency",
        "Frob",
        "",
    ),
    (
        "/w/A.csproj : error NU1301: Unable to load the service index for source x",
        "network",
        "NU1301",
        "",
    ),
    ("MSBUILD : error MSB1009: Project file does not exist.", "config_error", "MSB1009", ""),
    ("/w/A.cs(3,1): error CA1822: Mark members as static [/w/A.csproj]", "lint", "CA1822", ""),
    (
        "/sdk/x.targets(9,5): error NETSDK1045: The current .NET SDK does not support targeting .NET 99.0.",
        "missing_dependency",
        "NETSDK1045",
        "",
    ),
    (
        "  Failed N.SumTests.Adds [12 ms]\n  Error Message:\n   Assert.Equal() Failure: Values differ\n"
        "Expected: 4\nActual:   3\n  Stack Trace:\n     at N.SumTests.Adds() in /w/T.cs:line 9\n\n"
        "Failed!  - Failed:     1, Passed:     3, Skipped:     0, Total:     4",
        "test_failure",
        "N.SumTests.Adds: Assert.Equal() Failure",
        "dotnet test --filter 'FullyQualifiedName~N.SumTests.Adds'",
    ),
    (
        "[xUnit.net 00:00:01.23]     N.SumTests.Adds [FAIL]\n[xUnit.net 00:00:01.23]    "
        "   Assert.True() Failure\n",
        "test_failure",
        "Assert.True() Failure",
        "dotnet test --filter 'FullyQualifiedName~N.SumTests.Adds'",
    ),
    (
        "Unhandled exception. System.Exception: cannot start\n ---> System.IO.IOException: no such share\n"
        "   at N.App.Main()",
        "unknown",
        "no such share",
        "",
    ),
    ("You must install or update .NET to run this application.", "missing_dependency", ".NET", ""),
    (
        "C:\\VS\\v141\\Toolset.targets(36,5): error MSB8036: The Windows SDK version 10.0.1.0 was not found. "
        "Install the required version of Windows SDK [C:\\w\\frob.vcxproj]",
        "missing_dependency",
        "MSB8036",
        "",
    ),
]
"""The log, its class, words of the summary, the replay."""


@pytest.mark.parametrize(("log", "found", "words", "replay"), CASES)
def test_the_tools_own_form_is_read(
    reads: Callable[[str, str, str, str], None], log: str, found: str, words: str, replay: str
) -> None:
    reads(log, found, words, replay)
