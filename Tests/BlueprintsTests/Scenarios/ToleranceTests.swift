import Foundation
import Reports
import Scenarios
import Testing

@testable import Blueprints

/// Tolerances of answers, held against what Chaos Toolkit itself says of them (`Goldens/tolerances.py`).
@Suite struct ToleranceTests {
    private struct Row {
        var provider: String
        var tolerance: JSONValue
        /// Nil where Chaos Toolkit refuses the tolerance, or ends with an error.
        var verdicts: [Bool?]
        var text: String { String(decoding: ReportJSON.encode(tolerance), as: UTF8.self) }
    }

    private func table() throws -> (answers: [String: [CallAnswer]], rows: [Row]) {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Goldens/tolerances.json")
        let root = try #require(JSONValue(Array(try Data(contentsOf: path))))
        func text(_ value: JSONValue?) -> String? { if case .text(let text)? = value { text } else { nil } }
        func items(_ value: JSONValue?) -> [JSONValue] { if case .list(let items)? = value { items } else { [] } }
        var answers: [String: [CallAnswer]] = [:]
        for answer in items(root["http"]) {
            let status = Int(answer["status"]?.double ?? 0)
            let plain = text(answer["body"])
            let body = plain ?? String(decoding: ReportJSON.encode(answer["body"] ?? .null), as: UTF8.self)
            answers["http", default: []].append(.init(status: status, output: body, isJSON: plain == nil))
        }
        for answer in items(root["process"]) {
            answers["process", default: []].append(
                .init(
                    status: Int(answer["status"]?.double ?? 0), output: text(answer["stdout"]) ?? "",
                    errors: text(answer["stderr"]) ?? ""))
        }
        let rows = items(root["rows"]).map { row in
            Row(
                provider: text(row["provider"]) ?? "", tolerance: row["tolerance"] ?? .null,
                verdicts: items(row["verdicts"]).map { if case .bool(let verdict) = $0 { verdict } else { nil } })
        }
        return (answers, rows)
    }

    private func tolerance(_ row: Row) -> (CallTolerance?, MeshFilesResult) {
        let provider =
            row.provider == "http" ? "{type: http, url: \"http://127.0.0.1:1/\"}" : "{type: process, path: probe}"
        let result = MeshFiles.load(
            scenario: """
                title: x
                steady-state-hypothesis: {title: y, probes: [{type: probe, name: p, tolerance: \(row.text), provider: \(provider)}]}
                method: [{type: action, name: a, provider: {type: cellmesh, do: kill cell/a, for: 1s}}]
                """, named: "x")
        return (result.scenario?.hypothesis?.calls.first?.tolerance, result)
    }

    @Test func everyVerdictIsThatOfChaosToolkit() throws {
        let (answers, rows) = try table()
        #expect(rows.count > 300)
        var refused = 0
        for row in rows {
            let (tolerance, result) = tolerance(row)
            let all = try #require(answers[row.provider])
            guard let tolerance else {
                refused += 1
                // What is refused held for no answer there either.
                #expect(!row.verdicts.contains(true), "\(row.text): \(result.rendered())")
                #expect(result.problems.contains { $0.severity == .error && $0.line == 2 }, "\(row.text)")
                continue
            }
            for (answer, verdict) in zip(all, row.verdicts) {
                // Where a part is not a text Chaos Toolkit ends with an error.
                guard let verdict else { continue }
                #expect(tolerance.holds(answer) == verdict, "\(row.provider) \(row.text) of \(answer)")
            }
        }
        #expect(refused > 10 && refused < 60, "\(refused)")
    }

    @Test func whatCannotHoldIsRefused() {
        for text in [
            "true", "ok", "\"200\"", "200.5", "99", "[x, y]", "[]", "{type: range, range: [5, 1], target: body}",
            "{type: regex, pattern: ok}", "{type: regex, pattern: ok, target: headers}",
            "{type: regex, pattern: \"(\", target: body}",
            "{type: regex, pattern: \"(?=x)\", target: body}", "{type: jsonpath, path: \"$..a\", target: body}",
            "{type: jsonpath, path: \"$.a\", count: 2}", "{type: jsonpath, path: \"$.a[*]\", count: 2, expect: [1]}",
            "{type: jsonpath, path: \"$.a\", target: body, exspect: 1}", "{type: probe, name: x}",
        ] {
            let result = MeshFiles.load(
                scenario: """
                    title: x
                    method:
                      - {type: action, name: a, provider: {type: cellmesh, do: kill cell/a, for: 1s}}
                      - {type: probe, name: p, tolerance: \(text), provider: {type: http, url: "http://127.0.0.1:1/"}}
                    """, named: "x")
            #expect(result.scenario == nil && result.problems.contains { $0.line == 4 }, "\(text)")
        }
    }
}
