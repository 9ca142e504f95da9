import MeshBase

/// What one process told of one trace, as the control plane keeps it: texts that are handed on as they came.
package struct KeptPart: Sendable, Equatable {
    /// Why its process keeps it.
    package enum Rank: UInt8, Codable, Sendable, CaseIterable {
        /// Of the sample, or a caller's own.
        case plain
        /// It ended unlike the others.
        case outcome
        /// Somebody asked to have it explained.
        case explained
    }

    /// How long it stays here: what is higher stays longer. Who asks for one reads it soon; a failure is looked for later.
    enum Standing: Int, Sendable, CaseIterable {
        case plain, explained, outcome
    }

    /// As lists have it.
    package let head: TraceHead
    package let rank: Rank
    /// Spans that it is read as, about.
    package let spans: UInt64
    /// `head` as it came, an object of JSON in one line.
    package let headText: [UInt8]
    /// A `TracePage`, likewise.
    package let pageText: [UInt8]

    /// What was asked for and failed is a failure.
    var standing: Standing {
        switch rank {
        case .plain: .plain
        case .outcome: .outcome
        case .explained: head.status >= 500 || head.status == 429 ? .outcome : .explained
        }
    }

    /// Bytes that it takes, about.
    var bytes: Int { headText.count * 2 + pageText.count + 512 }

    /// The same trace of the same process, told again.
    func isAgain(_ other: KeptPart) -> Bool { head.isSame(as: other.head) }
}

/// `GET /v1/traces?outcome=&plain=` of a process, in lines: a `Cursor` up to which this is all, then two for each trace, its
/// `Line` and its `TracePage`.
package enum KeptParts {
    /// What a line says beside a `TraceHead`.
    struct Line: Decodable {
        var rank: UInt8
        var spans: UInt64
    }

    /// Nil for what is no such answer.
    package static func read(_ body: [UInt8]) -> (cursor: TraceCursor, parts: [KeptPart])? {
        let lines = body.split(separator: UInt8(ascii: "\n"))
        guard let first = lines.first, lines.count % 2 == 1, lines.count <= 2 * TraceCursor.most + 1,
            let cursor = ReportJSON.decode(TraceCursor.self, Array(first))
        else { return nil }
        var parts: [KeptPart] = []
        for index in stride(from: 1, to: lines.count, by: 2) {
            let text = Array(lines[index])
            guard let head = ReportJSON.decode(TraceHead.self, text), let line = ReportJSON.decode(Line.self, text),
                let rank = KeptPart.Rank(rawValue: line.rank), lines[index + 1].first == UInt8(ascii: "{"),
                lines[index + 1].last == UInt8(ascii: "}")
            else { return nil }
            parts.append(
                KeptPart(
                    head: head, rank: rank, spans: line.spans, headText: text, pageText: Array(lines[index + 1])))
        }
        return (cursor, parts)
    }
}
