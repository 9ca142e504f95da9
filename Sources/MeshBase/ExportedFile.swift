/// A file that is written for another tool.
package struct ExportedFile: Sendable, Equatable {
    /// Below the directory, with slashes.
    package let path: String
    /// All of it.
    package let text: String
    /// Nobody but its owner may read it.
    package let isSecret: Bool

    /// A file; everybody may read it where nothing else is said.
    package init(path: String, text: String, isSecret: Bool = false) {
        self.path = path
        self.text = text
        self.isSecret = isSecret
    }
}
