import MeshBase
import Reports

/// Reads a recording piece by piece, as it comes from the file.
package struct RecordingReader: Sendable {
    /// The longest line, in bytes; a state of 1 024 cells is a tenth of it.
    package static let longestLine = 8 << 20

    /// Where a recording ended.
    package enum End: Sendable, Equatable, CustomStringConvertible {
        /// With its last line; why it was not longer.
        case whole(reason: String)
        /// Without one, as after a crash or with a full disk: all lines before are good; so many bytes of one more were there.
        case cutOff(lines: Int, rest: Int)
        /// With nothing in it.
        case empty

        package var description: String {
            switch self {
            case .whole(let reason): "the recording ended (\(reason))"
            case .cutOff(let lines, 0): "the recording was cut off after \(lines) lines"
            case .cutOff(let lines, let rest):
                "the recording was cut off after \(lines) lines, in the middle of the next (\(rest) bytes of it are there)"
            case .empty: "the recording is empty"
            }
        }
    }

    /// A line that is none, although others follow it.
    package struct Malformed: Error, Equatable, CustomStringConvertible {
        /// From 1 on.
        package var line: Int
        /// What is wrong.
        package var detail: String
        package var description: String { "line \(line): \(detail)" }
        /// What a reader is told who has seen what comes before.
        package var damage: String { "the recording is damaged from line \(line) on: \(detail)" }
    }

    private var rest: [UInt8] = []
    /// Whole lines so far.
    package private(set) var lines = 0
    private var bye: FeedBye?

    /// At the beginning of a recording.
    package init() {}

    /// The messages of all lines that have come to their end. The hello says that they are of a recording.
    package mutating func take(_ bytes: ArraySlice<UInt8>) throws(Malformed) -> [FeedMessage] {
        var messages: [FeedMessage] = []
        try take(bytes) { messages.append($0) }
        return messages
    }

    /// The same, each as it is read: those before a line that is none are good.
    package mutating func take(
        _ bytes: ArraySlice<UInt8>, _ each: (FeedMessage) -> Void
    ) throws(Malformed) {
        var bytes = bytes
        while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
            try append(bytes[..<end])
            bytes = bytes[(end + 1)...]
            lines += 1
            each(try message())
            rest.removeAll(keepingCapacity: true)
        }
        try append(bytes)
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) throws(Malformed) {
        guard rest.count + bytes.count <= Self.longestLine else {
            throw Malformed(line: lines + 1, detail: "it is longer than \(Self.longestLine) bytes")
        }
        rest += bytes
    }

    /// What there is to say once the file is at its end.
    package func end() -> End {
        if let bye { return .whole(reason: bye.reason) }
        return lines == 0 && rest.isEmpty ? .empty : .cutOff(lines: lines, rest: rest.count)
    }

    private mutating func message() throws(Malformed) -> FeedMessage {
        if bye != nil { throw Malformed(line: lines, detail: "it follows the end of the recording") }
        let message: FeedMessage
        do {
            message = try ReportJSON.read(FeedMessage.self, rest)
        } catch {
            throw Malformed(line: lines, detail: JSONFailure.describe(error))
        }
        switch message {
        case .hello(var hello):
            guard hello.feed <= FeedHello.version else {
                throw Malformed(
                    line: lines, detail: "a later release has written it (feed \(hello.feed), not \(FeedHello.version))"
                )
            }
            // What was simulated never was a mesh, whoever shows it.
            if hello.source != .sim { hello.source = .recording }
            return .hello(hello)
        case .bye(let end): bye = end
        default: if lines == 1 { throw Malformed(line: 1, detail: "a recording begins with a hello") }
        }
        return message
    }
}
