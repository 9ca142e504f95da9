import MeshBase
import Reports

/// Reads a feed as it comes over a connection: server-sent events (WHATWG HTML, 9.2), each a message.
package struct EventStreamReader: Sendable {
    /// The longest event, in bytes.
    package static let longest = RecordingReader.longestLine

    /// What comes is no feed, or one of a later release.
    package struct Malformed: Error, Equatable, CustomStringConvertible {
        /// What is wrong.
        package var detail: String
        package var description: String { detail }
    }

    private var line: [UInt8] = []
    private var name: [UInt8] = []
    private var data: [UInt8] = []

    /// At the beginning of a stream.
    package init() {}

    /// The messages that have come to their end. Events that this release does not know, and comments, are passed over.
    package mutating func take(_ bytes: some Collection<UInt8>) throws(Malformed) -> [FeedMessage] {
        var messages: [FeedMessage] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            line += rest[..<end]
            rest = rest[rest.index(after: end)...]
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if line.isEmpty {
                if let message = try message() { messages.append(message) }
            } else {
                takeField()
            }
            line.removeAll(keepingCapacity: true)
            guard data.count <= Self.longest else { throw Self.tooLong }
        }
        line += rest
        guard line.count <= Self.longest else { throw Self.tooLong }
        return messages
    }

    private static let tooLong = Malformed(detail: "an event is longer than \(longest) bytes")

    private mutating func takeField() {
        if let value = value(of: "data") {
            if !data.isEmpty { data.append(UInt8(ascii: "\n")) }
            data += value
        } else if let value = value(of: "event") {
            name = Array(value)
        }
    }

    private func value(of field: StaticString) -> ArraySlice<UInt8>? {
        let count = field.utf8CodeUnitCount
        guard line.count > count, line[count] == UInt8(ascii: ":"),
            line[..<count].elementsEqual(UnsafeBufferPointer(start: field.utf8Start, count: count))
        else { return nil }
        let value = line[(count + 1)...]
        return value.first == UInt8(ascii: " ") ? value.dropFirst() : value
    }

    private mutating func message() throws(Malformed) -> FeedMessage? {
        defer {
            name = []
            data.removeAll(keepingCapacity: true)
        }
        guard !data.isEmpty, Self.known.contains(String(decoding: name, as: UTF8.self)) else { return nil }
        let document = Array("{\"".utf8) + name + Array("\":".utf8) + data + Array("}".utf8)
        let message: FeedMessage
        do {
            message = try ReportJSON.read(FeedMessage.self, document)
        } catch {
            throw Malformed(detail: JSONFailure.describe(error))
        }
        if case .hello(let hello) = message, hello.feed > FeedHello.version {
            throw Malformed(
                detail: "a later release tells it (feed \(hello.feed), not \(FeedHello.version))")
        }
        return message
    }

    private static let known: Set<String> = ["hello", "shape", "state", "delta", "event", "detail", "bye"]
}
