import MeshBase

/// The siblings of a key as routers show them (300), read back.
package enum ShownSiblings {
    /// One value, or deletion.
    package struct Sibling {
        /// Its name, as `If-Match` takes it between quotes.
        package var version: UnsafeRawBufferPointer
        /// As it stands in the document, escapes and all; nil for a deletion, and for a value that is no text.
        package var text: UnsafeRawBufferPointer?
    }

    /// In their order; empty for what is no such document. They point into `body`.
    package static func read(_ body: UnsafeRawBufferPointer) -> [Sibling] {
        var siblings: [Sibling] = []
        var at = 0
        // Names of fields have their quotes, which none has inside of a text.
        while let version = value(of: "\"version\":\"", in: body, from: at, to: body.count) {
            at = version.endIndex + 1
            let next = find("\"version\":\"", in: body, from: at, to: body.count) ?? body.count
            let text = value(of: "\"text\":\"", in: body, from: at, to: next)
            siblings.append(
                Sibling(
                    version: UnsafeRawBufferPointer(rebasing: version),
                    text: text.map { UnsafeRawBufferPointer(rebasing: $0) }))
        }
        return siblings
    }

    private static func value(
        of mark: StaticString, in body: UnsafeRawBufferPointer, from start: Int, to limit: Int
    ) -> Slice<UnsafeRawBufferPointer>? {
        guard let found = find(mark, in: body, from: start, to: limit) else { return nil }
        let first = found + mark.utf8CodeUnitCount
        var end = first
        while end < limit, body[end] != UInt8(ascii: "\"") { end += body[end] == UInt8(ascii: "\\") ? 2 : 1 }
        return end < limit ? body[first..<end] : nil
    }

    private static func find(
        _ mark: StaticString, in body: UnsafeRawBufferPointer, from start: Int, to limit: Int
    ) -> Int? {
        let mark = UnsafeRawBufferPointer(start: mark.utf8Start, count: mark.utf8CodeUnitCount)
        var at = start
        while at + mark.count <= limit {
            if body[at] == mark[0], body[at..<(at + mark.count)].elementsEqual(mark) { return at }
            at += 1
        }
        return nil
    }
}
