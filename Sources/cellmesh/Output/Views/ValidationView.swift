import SimDriver

/// `sim validate`.
enum ValidationView {
    static func make(_ answers: [KnownAnswer], wall: Double) -> Report {
        let document = JSONValue.document([
            ("ok", .bool(answers.allSatisfy(\.isRight))),
            (
                "answers",
                .array(
                    answers.map { answer in
                        .object([
                            ("name", .string(answer.name)), ("expected", .decimal(answer.expected)),
                            ("observed", .decimal(answer.observed)),
                            ("standard_error", .decimal(answer.standardError)), ("ok", .bool(answer.isRight)),
                        ])
                    })
            ),
            ("wall_ms", .decimal(wall)),
        ])
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
