import Foundation
import Testing

@testable import Blueprints

@Suite struct ProblemRenderingTests {
    @Test func severalProblemsOfOneFile() {
        let result = load(
            """
            mesh: test
            sharing: {size: 3}
            blueprint: ech.yaml
            regions:
              - {name: us-east, zones: [a, b, a], cells: 4, near: [us-wset]}
              - {name: us-west, cells: 4}
            links:
              us-east/us-west: {latency: 500, jitter: 2ms}
            customers: {count: 1000, count: 2000, popularity: zipf(0)}
            sharding: {size: 3}
            """)
        #expect(result.topology == nil)
        #expect(
            result.rendered() == """
                topology/test.yaml:2:1: error: unknown key 'sharing' in a topology [unknown-key]
                    sharing: {size: 3}
                    ^
                hint: did you mean 'sharding'?
                topology/test.yaml:3:12: error: the blueprint topology/ech.yaml: there is no such file [file-missing]
                    blueprint: ech.yaml
                               ^
                hint: the path starts at the folder of this file
                topology/test.yaml:5:35: error: two zones of a region are named 'a' [duplicate-name]
                      - {name: us-east, zones: [a, b, a], cells: 4, near: [us-wset]}
                                                      ^
                topology/test.yaml:5:56: error: no region is named 'us-wset' [unknown-region]
                      - {name: us-east, zones: [a, b, a], cells: 4, near: [us-wset]}
                                                                           ^
                hint: did you mean 'us-west'?
                topology/test.yaml:8:30: error: 'latency' must be a duration, not '500' [bad-duration]
                      us-east/us-west: {latency: 500, jitter: 2ms}
                                                 ^
                hint: add a unit: '500ms'
                topology/test.yaml:9:26: error: the key 'count' is given more than once [duplicate-key]
                    customers: {count: 1000, count: 2000, popularity: zipf(0)}
                                             ^
                hint: it is first given in line 9
                topology/test.yaml:9:51: error: 'popularity' cannot be 'zipf(0)' [bad-popularity]
                    customers: {count: 1000, count: 2000, popularity: zipf(0)}
                                                                      ^
                hint: write 'uniform', or 'zipf(1.0)' with an exponent above 0 and up to 10

                """)
    }

    @Test func problemsOfABlueprintNameItsFile() {
        let result = load(
            minimal(blueprint: "../cells/shop.yaml"),
            [
                "shop.yaml": """
                cell: shop
                services:
                  - name: checkout
                    pool: {workers: 1}
                    calls:
                      - {to: paymnt, timeout: 100ms}
                      - {to: payment, fallback: [cached]}
                  - name: payment
                    calls: [{to: checkout, timeout: 5s}]
                """
            ])
        #expect(
            result.rendered() == """
                cells/shop.yaml:4:21: warning: the pool of 'checkout' has one worker: one slow call stops the service [pool-of-one]
                        pool: {workers: 1}
                                        ^
                cells/shop.yaml:6:14: error: no service is named 'paymnt' [unknown-service]
                          - {to: paymnt, timeout: 100ms}
                                 ^
                hint: did you mean 'payment'?
                cells/shop.yaml:7:14: warning: the call to 'payment' has no timeout; it gets 1s [timeout-missing]
                          - {to: payment, fallback: [cached]}
                                 ^
                hint: set 'timeout' to what the caller can bear to wait
                cells/shop.yaml:7:23: error: a core call has no fallback [core-fallback]
                          - {to: payment, fallback: [cached]}
                                          ^
                hint: leave 'fallback' out, or set 'criticality' to enhanced or luxury
                cells/shop.yaml:9:18: error: the calls form a cycle: checkout -> payment -> checkout [call-cycle]
                        calls: [{to: checkout, timeout: 5s}]
                                     ^

                """)
    }

    @Test func syntaxErrors() {
        #expect(
            load("mesh: a: b").rendered() == """
                topology/test.yaml:1:8: error: YAML: mapping values are not allowed in this context [yaml-syntax]
                    mesh: a: b
                           ^

                """)
        #expect(load("").rendered() == "topology/test.yaml:1:1: error: the file is empty [file-empty]\n")
    }

    @Test func longLinesAreShownAroundTheCaret() {
        let renderer = ProblemRenderer(
            sources: [
                SourceText(
                    name: "f", text: String(repeating: "x", count: 150) + "!" + String(repeating: "y", count: 150))
            ])
        let problem = Problem(
            code: .badName, severity: .error, file: "f", line: 1, column: 151, message: "bad")
        let lines = renderer.render(problem).split(separator: "\n")
        #expect(lines[1].hasPrefix("    ...xxx") && lines[1].hasSuffix("yyy...") && lines[1].count == 110)
        let caret = lines[2].prefix { $0 == " " }.count
        #expect(Array(lines[1])[caret] == "!")
    }

    @Test func nothingControlsTheTerminal() {
        let renderer = ProblemRenderer(sources: [SourceText(name: "f", text: "a\u{1B}[31m\tb\u{202E}")])
        let text = renderer.render(
            Problem(
                code: .badName, severity: .error, file: "f", line: 1, column: 1, message: "x\u{1B}y\nz", hint: "\u{7}"))
        #expect(
            text == "f:1:1: error: x\u{FFFD}y\u{FFFD}z [bad-name]\n"
                + "    a\u{FFFD}[31m b\u{FFFD}\n    ^\nhint: \u{FFFD}\n")
    }

    @Test func colorsOnlyWhenAsked() {
        let problem = Problem(code: .badName, severity: .warning, file: "f", line: 1, column: 1, message: "m")
        #expect(ProblemRenderer(sources: [], color: true).render(problem).contains("\u{1B}[1;33mwarning:"))
        #expect(ProblemRenderer(sources: []).render(problem) == "f:1:1: warning: m [bad-name]\n")
    }

    @Test func reportShape() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let report = load("mesh: test\nregions: 3\ncustomers: {count: 1}\nblueprint: echo.yaml").report
        #expect(
            String(decoding: try encoder.encode(report), as: UTF8.self) == """
                {
                  "ok" : false,
                  "problems" : [
                    {
                      "code" : "wrong-type",
                      "column" : 10,
                      "file" : "topology/test.yaml",
                      "hint" : null,
                      "line" : 2,
                      "message" : "'regions' must be a list, not '3'",
                      "severity" : "error"
                    }
                  ],
                  "schema" : "cellmesh/1"
                }
                """)
        let again = try JSONDecoder().decode(ValidationReport.self, from: encoder.encode(report))
        #expect(again == report)
        #expect(ValidationReport([]).ok)
    }
}

func minimal(blueprint: String = "echo.yaml", extra: String = "") -> String {
    """
    mesh: test
    blueprint: \(blueprint)
    regions:
      - {name: a, cells: 3}
    customers: {count: 10}
    sharding: {size: 3, spread: cell}
    \(extra)
    """
}
