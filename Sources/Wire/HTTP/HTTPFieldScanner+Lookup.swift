extension HTTPFieldScanner {
    /// Visits the fields of a section that was parsed before.
    static func forEach(
        _ section: HTTPRange, in buffer: UnsafeRawBufferPointer,
        _ visit: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void
    ) {
        let end = min(Int(section.end), buffer.count)
        guard let base = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        var scanner = HTTPFieldScanner(position: Int(section.start))
        while scanner.next(base, end) == .field {
            visit(
                UnsafeRawBufferPointer(start: base + scanner.nameStart, count: scanner.nameEnd - scanner.nameStart),
                UnsafeRawBufferPointer(start: base + scanner.valueStart, count: scanner.valueEnd - scanner.valueStart))
        }
    }

    /// The value of the first field of a lower-case name in a section that was parsed before.
    static func first(_ name: StaticString, _ section: HTTPRange, in buffer: UnsafeRawBufferPointer) -> HTTPRange {
        let end = min(Int(section.end), buffer.count)
        guard let base = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return HTTPRange() }
        var scanner = HTTPFieldScanner(position: Int(section.start))
        while scanner.next(base, end) == .field {
            if HTTPCharacters.equals(base + scanner.nameStart, scanner.nameEnd - scanner.nameStart, name) {
                return HTTPRange(scanner.valueStart, scanner.valueEnd)
            }
        }
        return HTTPRange()
    }
}
