import Reports
import SimDriver

/// `sim validate`.
enum ValidationView {
    private struct Document: Encodable {
        let schema = ReportJSON.schema
        var ok: Bool
        var answers: [Answer]
        var wallMilliseconds: Double

        private enum CodingKeys: String, CodingKey {
            case schema, ok, answers
            case wallMilliseconds = "wall_ms"
        }
    }
    private struct Answer: Encodable {
        var name: String
        var expected: Double
        var observed: Double
        /// Of the observed mean.
        var standardError: Double
        var ok: Bool

        private enum CodingKeys: String, CodingKey {
            case name, expected, observed
            case standardError = "standard_error"
            case ok
        }
    }

    static func make(_ answers: [KnownAnswer], wall: Double) -> Report {
        let document = Document(
            ok: answers.allSatisfy(\.isRight),
            answers: answers.map {
                Answer(
                    name: $0.name, expected: $0.expected, observed: $0.observed, standardError: $0.standardError,
                    ok: $0.isRight)
            }, wallMilliseconds: wall)
        return Report(document, names: answers.filter { !$0.isRight }.map { "answer/\($0.name)" }) { style in
            var table = style.table([
                .init("WHAT"), .init("EXPECTED", .right), .init("OBSERVED", .right),
                .init("STANDARD ERROR", .right),
                .init("VERDICT"),
            ])
            for answer in answers {
                table.add([
                    .init(answer.name), .init(Wording.fixed(answer.expected, 4)),
                    .init(Wording.fixed(answer.observed, 4)), .init(Wording.fixed(answer.standardError, 4)),
                    .init(answer.isRight ? "ok" : "wrong", answer.isRight ? .green : .red),
                ])
            }
            return table.render() + "\nin \(Wording.time(milliseconds: wall))\n"
        }
    }
}
