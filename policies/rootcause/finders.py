"""Every tool's own format that is read, and the forms that most tools share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from policies.rootcause.ant import ant_builds
from policies.rootcause.browser_tests import browser_tests
from policies.rootcause.c import compilers
from policies.rootcause.c_units import c_units
from policies.rootcause.cargo import cargo_resolver
from policies.rootcause.checks import failed_checks
from policies.rootcause.cmake import autotools, bazel, cmake, ninja
from policies.rootcause.cocoapods import cocoapods
from policies.rootcause.containers import buildkit, nix_builds
from policies.rootcause.crashes import aborts, fell_over, terminations
from policies.rootcause.ctests import assertions, ctest, gtests, perl_tests
from policies.rootcause.debian import debian_tools, patches
from policies.rootcause.documents import error_documents
from policies.rootcause.dotnet import dotnet_exceptions, dotnet_tests, msbuild
from policies.rootcause.finding import Finding, Line
from policies.rootcause.frontend import frontends
from policies.rootcause.git import refused_pushes
from policies.rootcause.go import go_build, go_panics
from policies.rootcause.gotests import go_tests
from policies.rootcause.gradle import gradle, gradle_tests
from policies.rootcause.harness import mozlog
from policies.rootcause.haskell import cabal, old_ghc
from policies.rootcause.hdl import vivado
from policies.rootcause.headings import headed
from policies.rootcause.junit import junit_runs
from policies.rootcause.jvm import jvm_compilers, jvm_crashes, jvm_exceptions
from policies.rootcause.jvm_reports import jvm_reports
from policies.rootcause.kernel import kernel
from policies.rootcause.linkers import linkers
from policies.rootcause.listed_tests import listed_tests
from policies.rootcause.make import stopped
from policies.rootcause.maven import goals, surefire
from policies.rootcause.maven_errors import goal_errors, old_builds
from policies.rootcause.maven_plugins import maven_checks
from policies.rootcause.maven_ui import maven_passed_on
from policies.rootcause.meson import meson
from policies.rootcause.places import placed
from policies.rootcause.provider import provider_errors
from policies.rootcause.provisioning import provisioning
from policies.rootcause.rust import error_chains, rustc, rustfmt
from policies.rootcause.rusttests import rust_tests
from policies.rootcause.sanitizers import sanitizers, valgrind
from policies.rootcause.sbt import mima, scala_tests
from policies.rootcause.scripting import scripting
from policies.rootcause.settings_files import settings_files
from policies.rootcause.shell import powershell, powershell_places, shell_trace, terraform
from policies.rootcause.short_reports import fatal_lines, short_reports
from policies.rootcause.small_runners import small_runners
from policies.rootcause.stacks import stack_events
from policies.rootcause.systemd import systemd
from policies.rootcause.task_runners import nx_tasks
from policies.rootcause.tex import tex_runs
from policies.rootcause.verdicts import verdicts
from policies.rootcause.xcode import xcode_commands, xcode_errors, xcode_targets

FINDERS: tuple[Callable[[Sequence[Line]], Iterator[Finding]], ...] = (
    scripting,
    *(xcode_errors, xcode_targets, xcode_commands, cocoapods, linkers, tex_runs),
    *(cabal, old_ghc, vivado),
    *(compilers, c_units, gtests, assertions, perl_tests, ctest),
    *(sanitizers, valgrind, terminations, aborts, fell_over),
    *(cmake, meson, autotools, ninja, bazel, debian_tools, patches),
    *(rustc, cargo_resolver, error_chains, rustfmt, rust_tests),
    *(go_build, go_tests, go_panics),
    *(
        jvm_compilers,
        jvm_exceptions,
        jvm_crashes,
        surefire,
        junit_runs,
        goals,
        *(maven_checks, goal_errors, old_builds),
        *(maven_passed_on, frontends, jvm_reports),
        ant_builds,
        gradle,
        gradle_tests,
        scala_tests,
        mima,
    ),
    *(msbuild, dotnet_tests, dotnet_exceptions),
    *(shell_trace, powershell, powershell_places, terraform, buildkit, nix_builds, refused_pushes),
    *(
        mozlog,
        browser_tests,
        verdicts,
        listed_tests,
        small_runners,
        provisioning,
        stack_events,
        kernel,
        systemd,
        headed,
        settings_files,
        stopped,
        nx_tasks,
        short_reports,
        fatal_lines,
    ),
    *(provider_errors, error_documents),
)
"""What reads each tool's own format."""

SHAPES: tuple[Callable[[Sequence[Line]], Iterator[Finding]], ...] = (failed_checks, placed)
"""What reads the forms that most tools share, where no format claims the lines."""
