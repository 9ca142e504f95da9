import Wire

/// The path of a route: literal segments and named parts, such as `/v1/members/{member}/history`.
package struct HTTPRoutePattern: Sendable {
    private enum Segment: Sendable {
        case literal([UInt8])
        /// Any one segment that is not empty.
        case part
        /// All that is left, slashes included, and not empty.
        case rest
    }

    /// As it was written.
    package let text: String
    private let segments: [Segment]

    /// - Parameter text: `{name}` stands for one segment, `{name...}` at the end for all that follows.
    package init(_ text: String) {
        precondition(text.hasPrefix("/"), "the path of a route begins with '/'")
        self.text = text
        segments = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { word in
            guard word.hasPrefix("{"), word.hasSuffix("}") else { return .literal(Array(word.utf8)) }
            return word.hasSuffix("...}") ? .rest : .part
        }
    }

    /// Whether a path is one of these; allocates nothing.
    package func matches(_ path: UnsafeRawBufferPointer) -> Bool { walk(path) { _ in } }

    /// The named parts of a path that matches, in their order, percent-decoded.
    package func parts(of path: UnsafeRawBufferPointer) -> [String] {
        var parts: [String] = []
        _ = walk(path) { parts.append(HTTPQuery.decoded(String(decoding: $0, as: UTF8.self)[...], plusIsSpace: false)) }
        return parts
    }

    private func walk(_ path: UnsafeRawBufferPointer, _ part: (UnsafeRawBufferPointer) -> Void) -> Bool {
        var position = 0
        for segment in segments {
            guard position < path.count, path[position] == UInt8(ascii: "/") else { return false }
            let start = position + 1
            var end = start
            while end < path.count, path[end] != UInt8(ascii: "/") { end += 1 }
            if case .rest = segment { end = path.count }
            let bytes = UnsafeRawBufferPointer(rebasing: path[start..<end])
            switch segment {
            case .literal(let literal): guard bytes.elementsEqual(literal) else { return false }
            case .part, .rest:
                guard !bytes.isEmpty else { return false }
                part(bytes)
            }
            position = end
        }
        return position == path.count
    }
}
