"""node, npm, yarn, pnpm; eslint, tsc and their kin; bundlers."""

from __future__ import annotations

from typing import Any

import pytest

NODE = """
/srv/shop/load.js:3
  throw new CrateError("no shelf");
  ^

CrateError: no shelf
    at Object.<anonymous> (/srv/shop/load.js:3:9)
    at node:internal/main/run_main_module:28:49

Node.js v20.20.2"""
CAUSE = """
Error: cannot start
    at main (/srv/shop/load.js:3:9) {
  [cause]: RangeError: no shelf 4
      at open (/srv/shop/load.js:9:9)
}"""
MANY = """
AggregateError: many
    at main (/srv/shop/load.js:3:9) {
  [errors]: [
    Error: first crate
        at open (/srv/shop/load.js:9:9),
    Error: second crate
        at open (/srv/shop/load.js:9:9)
  ]
}"""
GONE = """
node:internal/modules/cjs/loader:1210
  throw err;
  ^

Error: Cannot find module 'crate'
Require stack:
- /srv/shop/load.js
    at Module._resolveFilename (node:internal/modules/cjs/loader:1207:15)
{
  code: 'MODULE_NOT_FOUND'
}"""
SYNTAX = """
/srv/shop/load.js:1
const a = {;
           ^

SyntaxError: Unexpected token ';'
    at wrapSafe (node:internal/modules/cjs/loader:1464:18)"""
PAGE = """
SyntaxError: Unexpected token '<', "<!DOCTYPE "... is not valid JSON
    at JSON.parse (<anonymous>)
    at load (/srv/shop/load.js:3:9)

Node.js v22.1.0"""
MINIFIED = """
file:///srv/shop/dist/cli.js:3
var a={error:"fatal: no response received",b:1};function c(){throw new Error("API key is missing")}
                                                              ^

e [Error]: The server had an error while processing your request.
    at e.a (file:///srv/shop/dist/cli.js:3:9) {
  status: undefined,
  headers: {
    'content-type': 'text/event-stream'
  },
  error: {
    message: 'The server had an error while processing your request.',
    type: 'server_error'
  },
  type: 'server_error'
}

Node.js v22.1.0"""
THROWN = """
/srv/shop/load.js:1
throw 'no shelf at all'
^
no shelf at all
(Use `node --trace-uncaught ...` to show where the exception was thrown)"""
ERESOLVE = """
npm error code ERESOLVE
npm error ERESOLVE unable to resolve dependency tree
npm error
npm error Found: crate@18.0.0
npm error Could not resolve dependency:
npm error peer crate@"17" from shelf@17.0.2
npm error A complete log of this run can be found in: /root/.npm/_logs/x.log"""
E404 = """
npm ERR! code E404
npm ERR! 404 Not Found - GET https://example.org/crate - Not found
npm ERR! 404
npm ERR! 404  'crate@*' is not in this registry."""
EUSAGE = """
npm error code EUSAGE
npm error
npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.
npm error
npm error Missing: crate@1.0.0 from lock file"""
SCRIPT = """
npm error code 1
npm error path /srv/shop/node_modules/crate
npm error command failed
npm error command sh -c node-gyp rebuild
npm error gyp info it worked if it ends with ok
npm error gyp ERR! find Python
npm error gyp ERR! stack Error: Could not find any Python installation to use
npm error gyp ERR! stack     at PythonFinder.fail (find-python.js:306:47)"""
RAN = """
> shop@1.0.0 lint
> eslint src


/srv/shop/src/cart.js
  3:10  error  'crate' is not defined  no-undef

✖ 1 problem (1 error, 0 warnings)"""
WARNED = """
/srv/shop/src/cart.js
  3:10  warning  Unexpected console statement  no-console

✖ 1 problem (0 errors, 1 warning)

ESLint found too many warnings (maximum: 0)."""
OXLINT = """
  × eslint(no-undef): 'crate' is not defined.
   ╭─[src/cart.js:1:1]"""
BIOME = """
src/cart.ts:3:5 lint/suspicious/noExplicitAny ━━━━━━━━━━━━━━━━━━━━━━━━

  × Unexpected any."""
NEXT = """
Failed to compile.

./src/cart.ts:3:7
Type error: Type 'string' is not assignable to type 'number'."""
NEXT_LINT = """
Failed to compile.

./src/cart.tsx
3:15  Warning: 'Shelf' is defined but never used.  @typescript-eslint/no-unused-vars

./src/shelf.tsx
43:3  Error: React Hook "useEffect" is called conditionally.  react-hooks/rules-of-hooks

info  - Need to disable some ESLint rules?"""
CRA = """
Treating warnings as errors because process.env.CI = true.

Failed to compile.

[eslint]
src/App.js
  Line 3:10:  'crate' is assigned a value but never used  no-unused-vars"""
WEBPACK = """
ERROR in ./src/index.js 1:0-26
Module not found: Error: Can't resolve './crate.js' in '/srv/shop/src'
resolve './crate.js' in '/srv/shop/src'"""
LOADER = """
ERROR in ./src/index.js
Module build failed (from ./node_modules/babel-loader/lib/index.js):
SyntaxError: /srv/shop/src/index.js: Unexpected token (1:11)"""
ESBUILD = """
✘ [ERROR] Could not resolve "crate"

    src/index.js:1:14:
      1 │ import x from 'crate';"""
VITE = """
✗ Build failed in 83ms
error during build:
Build failed with 1 error:

[UNRESOLVED_IMPORT] Could not resolve './crate.js' in src/index.js"""
TURBOPACK = """
> Build error occurred
[Error: Turbopack build failed with 1 errors:
./app/cart.tsx:24:5
Parsing ecmascript source code failed
  23 |   <ul>
> 24 |   {crates
     |   ^
  25 | )
Expected '</', got '{'

    at <unknown> (./app/cart.tsx:24:5)
]"""
GATSBY = """
 ERROR #98123  WEBPACK

Generating JavaScript bundles failed

Can't resolve '../crate' in '/srv/shop/src/pages'

File: src/pages/cart.js:4:0

not finished Building production JavaScript and CSS bundles - 4.3s"""
GATSBY_QUERY = """
error There was an error in your GraphQL query:

Cannot query field "allCrate" on type "Query".

File: src/pages/cart.js:10:3"""
PRERENDER = """
Error occurred prerendering page "/cart". Read more: https://example.org/x
TypeError: Cannot read properties of undefined (reading 'crate')
    at Cart (/srv/shop/.next/server/pages/cart.js:1:99)"""
YARN = (
    "yarn install v1.22.22\nerror Your lockfile needs to be updated, but yarn was run with "
    "`--frozen-lockfile`."
)
BERRY = (
    "➤ YN0000: ┌ Resolution step\n➤ YN0028: │ +# a new file\n➤ YN0028: │ The lockfile would "
    "have been modified by this "
    "install, which is explicitly forbidden."
)
PNPM_NEW = (
    'Error: ERR_PNPM_NO_SCRIPT\n\n  × Missing script: bild\n  help: Command "bild" not found.'
)
PNPM_TREE = (
    "Error: ERR_PNPM_NO_LOCKFILE\n\n  × installing dependencies\n  ╰─▶ Headless "
    "installation requires a lockfile"
)
ZOD = """
file:///srv/shop/node_modules/zod/v3/types.js:39
                const error = new ZodError(ctx.common.issues);
                              ^

ZodError: [
  {
    "code": "invalid_type",
    "path": [
      "CRATE_URL"
    ],
    "message": "Required"
  },
  {
    "code": "too_small",
    "path": [
      "shelf",
      0
    ],
    "message": "Too small"
  }
]
    at get error [as error] (file:///srv/shop/node_modules/zod/v3/types.js:39:31)

Node.js v20.20.2"""
VITE_SETTINGS = "failed to load config from /srv/shop/vite.config.ts\nerror during build:\n{}"
COMMIT = """
[COMPLETED] Cleaning up temporary files...
⧗   input: fix(cart): count the crates
✖   header must not be longer than 100 characters, current length is 104 [header-max-length]
⚠   footer must have leading blank line [footer-leading-blank]

✖   found 1 problems, 1 warnings
ⓘ   Get help: https://github.com/conventional-changelog/commitlint/#what-is-commitlint

husky - commit-msg script failed (code 1)"""
BABEL = "SyntaxError: /srv/shop/src/cart.js: Unexpected token (1:11)"

TABLE = [
    (NODE, "unknown", "CrateError: no shelf", ""),
    (CAUSE, "unknown", "[cause]: RangeError: no shelf 4", ""),
    (MANY, "unknown", "Error: first crate", ""),
    (GONE, "missing_dependency", "Cannot find module 'crate'", ""),
    (SYNTAX, "compile_error", "SyntaxError: Unexpected token ';' (/srv/shop/load.js:1)", ""),
    (THROWN, "unknown", "no shelf at all", ""),
    (PAGE, "network", "Unexpected token '<'", ""),
    (MINIFIED, "model_error", "e [Error]: The server had an error", ""),
    (
        MINIFIED.replace("          ^\n", "           \n"),
        "model_error",
        "e [Error]: The server",
        "",
    ),
    (ERESOLVE, "missing_dependency", "ERESOLVE unable to resolve", ""),
    (E404, "missing_dependency", "404 Not Found - GET", ""),
    (EUSAGE, "config_error", "`npm ci` can only install packages", ""),
    (SCRIPT, "compile_error", "Could not find any Python installation", ""),
    ('npm error Missing script: "bild"', "config_error", '"bild"', ""),
    (
        "npm error code ENEEDAUTH\nnpm error need auth This command requires you to be logged in.",
        "auth",
        "need auth",
        "",
    ),
    (
        "119 silly fetchPackageMetaData error for crate@^1 404 Not Found - GET https://r.example.org/crate\n"
        "120 verbose stack HttpErrorGeneral: 404 Not Found - GET https://r.example.org/crate\n"
        "121 verbose cwd /w\n122 error code E404\n"
        "123 error 404 Not Found - GET https://r.example.org/crate - Not found\n124 error 404\n"
        "125 error 404  'crate@^1' is not in this registry.\n126 verbose exit [ 1, true ]",
        "missing_dependency",
        "404 Not Found - GET https://r.example.org/crate - Not found",
        "",
    ),
    (
        "1235 silly lifecycle shop@0.1.0~test: Returned: code: 1  signal: null\n"
        "1237 verbose stack Error: shop@0.1.0 test: `mocha`\n1241 error code ELIFECYCLE\n"
        "1243 error shop@0.1.0 test: `mocha`\n1243 error Exit status 1\n"
        "1244 error Failed at the shop@0.1.0 test script.\n1245 verbose exit [ 1, true ]",
        "test_failure",
        "npm error shop@0.1.0 test: `mocha`",
        "",
    ),
    (
        "0 info it worked if it ends with ok\n1 verbose cli [ 'npm', 'install' ]\n"
        "8 silly tar extract lib/createError.js\n9 error Error: EACCES, mkdir '/opt/crate'\n"
        "9 error   errno: 3,\n10 error node -v v0.10.9\n11 error code EACCES\n"
        "12 verbose exit [ 3, true ]",
        "sandbox_permission",
        "Error: EACCES, mkdir '/opt/crate'",
        "",
    ),
    (
        "0 info it worked if it ends with ok\n1 verbose cli [ 'npm', 'install' ]\n"
        '9 error Linux 4.4.0-70-generic\n10 error argv "/usr/bin/npm" "install"\n11 error node v8.10.0\n'
        "12 error npm  v3.5.2\n13 error path /opt/crate\n14 error code EACCES\n15 error syscall access\n"
        "16 error Error: EACCES: permission denied, access '/opt/crate'\n17 verbose exit [ -13, true ]",
        "sandbox_permission",
        "EACCES: permission denied, access '/opt/crate'",
        "",
    ),
    (
        "0 verbose cli /usr/bin/npm\n7 verbose stack Error: no\n8 error code ENOENT\n"
        "9 error enoent Could not read package.json: no such file",
        "config_error",
        "Could not read package.json",
        "",
    ),
    (
        "[ERR_PNPM_IGNORED_BUILDS] Ignored build scripts: crate@1.2.3",
        "config_error",
        "Ignored build scripts",
        "",
    ),
    ("npm ERR! code ECONNRESET\nnpm ERR! network aborted", "network", "aborted", ""),
    (YARN, "config_error", "Your lockfile needs to be updated", ""),
    (BERRY, "config_error", "The lockfile would have been modified", ""),
    ('Usage Error: Couldn\'t find a script named "bild".', "config_error", '"bild"', ""),
    (
        " ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with frozen-lockfile",
        "config_error",
        "frozen-lockfile",
        "",
    ),
    (PNPM_NEW, "config_error", "ERR_PNPM_NO_SCRIPT: Missing script: bild", ""),
    (PNPM_TREE, "config_error", "Headless installation requires a lockfile", ""),
    (
        RAN,
        "lint",
        "/srv/shop/src/cart.js: 3:10 error 'crate' is not defined no-undef",
        "npm run lint",
    ),
    (WARNED, "lint", "Unexpected console statement", ""),
    ("src/cart.js:3:10: 'crate' is not defined. [Error/no-undef]", "lint", "no-undef", ""),
    (
        "src/cart.js: line 3, col 10, Error - 'crate' is not defined. (no-undef)",
        "lint",
        "no-undef",
        "",
    ),
    (
        "ESLint couldn't find an eslint.config.(js|mjs|cjs) file.",
        "config_error",
        "eslint.config",
        "",
    ),
    ('ESLint couldn\'t find the plugin "eslint-plugin-crate".', "missing_dependency", "crate", ""),
    ("docs/cart.md:3:81 MD013/line-length Line length [Expected: 80]", "lint", "MD013", ""),
    (
        "src/cart.css\n  3:5  ✖  Unexpected unit  unit-disallowed-list",
        "lint",
        "Unexpected unit",
        "",
    ),
    (OXLINT, "lint", "eslint(no-undef)", ""),
    (BIOME, "lint", "lint/suspicious/noExplicitAny", ""),
    (CRA, "lint", "src/App.js: Line 3:10:", ""),
    ("src/cart.ts(3,7): error TS2322: Type 'string' is not", "type_error", "TS2322", ""),
    ("src/cart.ts:3:7 - error TS2322: Type 'string' is not", "type_error", "TS2322", ""),
    ("src/cart.ts(3,7): error TS1005: ';' expected.", "compile_error", "TS1005", ""),
    (
        "error TS18003: No inputs were found in config file 'tsconfig.json'.",
        "config_error",
        "TS18003",
        "",
    ),
    (NEXT_LINT, "lint", './src/shelf.tsx: 43:3 Error: React Hook "useEffect" is called', ""),
    (NEXT, "type_error", "./src/cart.ts: Type error: Type 'string'", ""),
    (
        WEBPACK,
        "compile_error",
        "./src/index.js: Module not found: Error: Can't resolve './crate.js'",
        "",
    ),
    (WEBPACK.replace("./crate.js", "crate"), "missing_dependency", "Can't resolve 'crate'", ""),
    (LOADER, "compile_error", "Unexpected token (1:11)", ""),
    (ESBUILD, "missing_dependency", 'Could not resolve "crate"', ""),
    (VITE, "compile_error", "Could not resolve './crate.js'", ""),
    (
        '[!] RollupError: Could not resolve "./crate.js" from "src/index.js"',
        "compile_error",
        "./crate.js",
        "",
    ),
    (PRERENDER, "compile_error", "Cannot read properties of undefined", ""),
    (
        f"Error {'-' * 40} src/cart.js:3:4\n\nCannot call `add` with `1` bound to `x` because number [1] is "
        "incompatible with string [2]. [incompatible-call]\n\n   src/cart.js:3:4\n   3| add(1)",
        "type_error",
        "src/cart.js: Cannot call `add`",
        "",
    ),
    (
        "Analyzing shelf...\n\nwarning • Unused import: 'a.dart' • lib/cart.dart:1:8 • unused_import\n"
        "  error • Undefined name 'x' • lib/cart.dart:3:5 • undefined_identifier\n\n2 issues found.",
        "compile_error",
        "Undefined name 'x'",
        "",
    ),
    (
        "   info - lib/cart.dart:3:5 - Avoid `print` calls. - avoid_print\n\n1 issue found.",
        "lint",
        "avoid_print",
        "",
    ),
    (
        " FAIL  src/b.test.ts [ src/b.test.ts ]\nError: Transform failed with 1 error:\n"
        '/w/src/b.ts:9:0: ERROR: Expected "}" but found end of file\n  Plugin: vite:esbuild\n\n'
        " Test Files  1 failed (1)\n      Tests  no tests",
        "compile_error",
        'Transform failed with 1 error: /w/src/b.ts:9:0: ERROR: Expected "}"',
        "npx vitest run src/b.test.ts",
    ),
    (
        "npm error code E403\nnpm error 403 403 Forbidden - PUT https://registry.example.org/crate - "
        "You cannot publish over the previously published versions: 1.0.0.",
        "config_error",
        "cannot publish over the previously published versions",
        "",
    ),
    (
        "lerna ERR! ELAMP Shelf has boards, please remove them before continuing:\n"
        "lerna ERR! ELAMP  M crate.json",
        "config_error",
        "ELAMP Shelf has boards",
        "",
    ),
    (TURBOPACK, "compile_error", "./app/cart.tsx:24:5: Expected '</', got '{'", ""),
    (GATSBY, "compile_error", "src/pages/cart.js: Can't resolve '../crate'", ""),
    (GATSBY_QUERY, "compile_error", 'src/pages/cart.js: Cannot query field "allCrate"', ""),
    (
        GATSBY.replace("WEBPACK", "CONFIG").replace("Can't resolve", "No rank is set for"),
        "unknown",
        "src/pages/cart.js: No rank is set for",
        "",
    ),
    (
        "> Build error occurred\n[Error: > Couldn't find any `shelves` directory. Please create one]\n"
        "npm error Lifecycle script `build` failed with error:\nnpm error code 1",
        "config_error",
        "Couldn't find any `shelves` directory",
        "",
    ),
    (
        'Error occurred prerendering page "/cart". Read more: https://example.org/x\n'
        "Error: crateUrl is required.\n    at new Crate (/srv/shop/.next/server/chunks/1.js:1:9)",
        "config_error",
        "crateUrl is required.",
        "",
    ),
    (
        'Error occurred prerendering page "/cart". Read more: https://example.org/x\n'
        "Error: Missing required environment variable CRATE_URL\n    at n (/srv/shop/.next/1.js:1:9)",
        "config_error",
        "Missing required environment variable CRATE_URL",
        "",
    ),
    (BABEL, "compile_error", "Unexpected token (1:11)", ""),
    (ZOD, "config_error", "ZodError: CRATE_URL: Required; shelf.0: Too small", ""),
    (ZOD.replace("CRATE_URL", "crate"), "unknown", "ZodError: crate: Required; shelf.0", ""),
    (ZOD.replace('"message": "Required"', "cut"), "unknown", "ZodError: [", ""),
    (VITE_SETTINGS.format("Error: no shelf"), "config_error", "Error: no shelf", ""),
    (
        VITE_SETTINGS.format("Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'crate' imported"),
        "missing_dependency",
        "'crate'",
        "",
    ),
    (COMMIT, "lint", "header must not be longer than 100 characters", ""),
    (
        'npm error npx canceled due to missing packages and no YES option: ["crate@1.2.3"]\n'
        "npm error A complete log of this run can be found in: /root/.npm/_logs/1-debug-0.log",
        "missing_dependency",
        '["crate@1.2.3"]',
        "",
    ),
]


@pytest.mark.parametrize(("log", "found", "words", "replay"), TABLE)
def test_the_cause_is_named(check: Any, log: str, found: str, words: str, replay: str) -> None:
    check(log, found, words, replay)


def test_warnings_do_not_count_unless_the_log_says_so(check: Any) -> None:
    log = WARNED.replace("ESLint found too many warnings (maximum: 0).", "error: no shelf left")
    check(log, "unknown", "no shelf left", "")


def test_two_peers_that_do_not_fit_are_two_causes(cause: Any) -> None:
    head = "npm ERR! code ERESOLVE\nnpm ERR! ERESOLVE could not resolve\nnpm ERR!\n"
    resolving = "npm ERR! While resolving: {0}@1.0.0\nnpm ERR! Found: crate@3.0.0\n"
    peer = 'npm ERR! Could not resolve dependency:\nnpm ERR! peer crate@"^2.0.0" from {0}@1.0.0'
    shelf, again, cart = (
        cause(head + (resolving + peer).format(name)) for name in ("shelf", "shelf", "cart")
    )
    assert 'peer crate@"^2.0.0" from shelf@1.0.0' in shelf.summary
    assert shelf.fingerprint == again.fingerprint != cart.fingerprint


def test_a_conflict_is_told_by_the_wish_that_cannot_be_met(cause: Any) -> None:
    failure = cause(
        "npm ERR! code ERESOLVE\nnpm ERR! ERESOLVE could not resolve\nnpm ERR!\n"
        "npm ERR! While resolving: shelf@1.0.0\nnpm ERR! Found: crate@3.0.0\n"
        'npm ERR!   peer crate@"^3.0.0" from cart@2.0.0\nnpm ERR! Could not resolve dependency:\n'
        'npm ERR! peer crate@"^2.0.0" from shelf@1.0.0'
    )
    assert list(failure.lines) == [
        "ERESOLVE could not resolve",
        'peer crate@"^2.0.0" from shelf@1.0.0',
    ]


def test_warnings_that_next_lists_stop_nothing(check: Any) -> None:
    check(
        NEXT_LINT.split("./src/shelf")[0] + "error: no shelf left", "unknown", "no shelf left", ""
    )


def test_a_commit_message_breaks_a_rule_whatever_its_length(cause: Any) -> None:
    one, other = cause(COMMIT), cause(COMMIT.replace("104", "120").replace("cart", "shelf"))
    assert one.fingerprint == other.fingerprint
    assert len(one.lines) == 1


def test_another_field_of_a_printed_list_is_another_cause(cause: Any) -> None:
    one, moved, other = (
        cause(log)
        for log in (ZOD, ZOD.replace("/srv/shop", "/app"), ZOD.replace("CRATE_URL", "SHELF_URL"))
    )
    assert one.fingerprint == moved.fingerprint != other.fingerprint
    assert list(one.lines)[:2] == ['"message": "Required"', '"CRATE_URL"']


def test_a_disk_that_npm_only_warns_of_is_full_all_the_same(cause: Any) -> None:
    full = "npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write"
    assert cause(f"{full}\n{full}").failure_class == "disk_full"
    assert "no shelf" in cause(f"{full}\nnpm error code E404\nnpm error 404 no shelf").summary
