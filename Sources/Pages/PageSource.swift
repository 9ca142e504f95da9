import CPages

/// A file that the page is made of: its document, its style sheet or one of its modules.
package struct PageSource: Sendable, Equatable {
    /// Without a folder: `store.js`.
    package var name: String
    /// UTF-8.
    package var text: [UInt8]

    /// One file.
    package init(name: String, text: [UInt8]) {
        self.name = name
        self.text = text
    }

    /// The files that this program was built with: the document, the style sheet, then the modules, each after those
    /// that it imports.
    package static var all: [PageSource] {
        var sources: [PageSource] = []
        var next = cpages_files()
        while let file = next, let name = file.pointee.name {
            let text = UnsafeBufferPointer(start: file.pointee.bytes, count: file.pointee.count)
            sources.append(PageSource(name: String(cString: name), text: Array(text)))
            next = file + 1
        }
        return sources
    }
}
