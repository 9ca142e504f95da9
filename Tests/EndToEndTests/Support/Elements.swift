extension RandomAccessCollection {
    /// An element of what a mesh has told.
    ///
    /// A subscript would take all tests down with it where there are fewer.
    func at(_ offset: Int) throws -> Element {
        guard offset >= 0, offset < count else { throw FewElements("there is no element \(offset) in \(Array(self))") }
        return self[index(startIndex, offsetBy: offset)]
    }
}

/// Fewer were told than a test looks at.
struct FewElements: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
