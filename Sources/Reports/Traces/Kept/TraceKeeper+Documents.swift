/// Kept texts are put together as they came: of ten thousand traces an encoder would make a million values first.
extension TraceKeeper {
    /// A `TraceListPage` of the traces that began at these milliseconds since 1970 or later.
    package func listDocument(since: Double) -> [UInt8] {
        var text = Array(#"{"schema":"cellmesh/1","node":"control","store":"#.utf8)
        text += ReportJSON.encode(TraceStoreFigures(self)).dropLast() + Array(#","traces":["#.utf8)
        var isFirst = true
        list(since: since) { part in
            if !isFirst { text.append(UInt8(ascii: ",")) }
            isFirst = false
            text += part.headText
        }
        return text + Array("]}\n".utf8)
    }

    /// A `KeptTracePage`; nil for a trace of which nothing is kept.
    package func document(of id: String) -> [UInt8]? {
        let parts = parts(of: id)
        guard !parts.isEmpty else { return nil }
        var text = Array(#"{"schema":"cellmesh/1","parts":["#.utf8)
        for (index, part) in parts.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            text += part.pageText
        }
        return text + Array("]}\n".utf8)
    }
}
