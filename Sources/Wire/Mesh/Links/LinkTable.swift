import MeshBase

/// A process's links to cells, one to each: which connection is the link, and how far it has come. What is told of any other
/// connection is of one that was given up, and means nothing.
package struct LinkTable {
    private struct Link {
        var connection: SlabKey?
        var isOpen = false
        /// Of a connection whose opening has begun.
        var session: LinkSession?
        /// Since when a connection is tried whose answer cannot come.
        var hangsSince: Instant?
    }
    private var links: [Link]

    package init(cells: Int) { links = Array(repeating: Link(), count: cells) }

    /// There are further cells.
    package mutating func grow(to cells: Int) {
        links += Array(repeating: Link(), count: max(0, cells - links.count))
    }

    /// Nothing is open, or being opened.
    package var isIdle: Bool { links.allSatisfy { $0.connection == nil && $0.hangsSince == nil } }

    /// The connection that frames to a cell can be written to.
    @inline(__always) package func open(to cell: CellIndex) -> SlabKey? {
        let position = cell.position
        return links[position].isOpen ? links[position].connection : nil
    }

    /// Whether a connection is the cell's link, open or being opened.
    @inline(__always) package func isLink(_ connection: SlabKey, to cell: CellIndex) -> Bool {
        links[cell.position].connection == connection
    }

    /// Whether a connection is the cell's link and frames do not follow yet.
    package func isOpening(_ connection: SlabKey, to cell: CellIndex) -> Bool {
        isLink(connection, to: cell) && !links[cell.position].isOpen
    }

    // MARK: Orders

    /// A connection is being made to a cell; it stands for what was there before.
    package mutating func tries(_ connection: SlabKey, to cell: CellIndex) {
        links[cell.position] = Link(connection: connection)
    }

    /// No connection can be tried to a cell: its opening takes until its time is over.
    package mutating func hangs(to cell: CellIndex, since: Instant) { links[cell.position] = Link(hangsSince: since) }

    /// Since when the opening of a link hangs; nil where it does not.
    package func hangsSince(to cell: CellIndex) -> Instant? { links[cell.position].hangsSince }

    /// There is no link to a cell any more.
    /// - Returns: the connection that was it.
    @discardableResult
    package mutating func close(_ cell: CellIndex) -> SlabKey? {
        defer { links[cell.position] = Link() }
        return links[cell.position].connection
    }

    package mutating func closeAll() { links = Array(repeating: Link(), count: links.count) }

    // MARK: What happens to connections

    /// The connection to a cell is made, and its link begins to be opened.
    package mutating func connected(_ cell: CellIndex, _ session: LinkSession) {
        links[cell.position].session = session
    }

    /// Reads what has arrived of the opening of a link.
    /// - Returns: whether the link has been opened with it: frames follow.
    package mutating func advance(
        _ cell: CellIndex, _ input: inout ByteBuffer, output: inout ByteBuffer
    ) throws(LinkHandshake.Failure) -> Bool {
        guard try links[cell.position].session?.advance(&input, output: &output) ?? false else { return false }
        links[cell.position].session = nil
        links[cell.position].isOpen = true
        return true
    }

    /// A connection is gone or given up.
    /// - Returns: whether it was the cell's link: the node has to know.
    package mutating func lost(_ connection: SlabKey, to cell: CellIndex) -> Bool {
        guard isLink(connection, to: cell) else { return false }
        links[cell.position] = Link()
        return true
    }
}
