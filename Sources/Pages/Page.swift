import Ciphers
import MeshBase

/// One self-contained document, and the policy that it is served with.
package struct Page: Sendable, Equatable {
    /// UTF-8.
    package let document: [UInt8]
    /// The value of `Content-Security-Policy`: its own script and style by their hashes, requests to where it came from,
    /// and nothing else.
    package let policy: String

    /// The most that a document may have, in bytes: its own paint takes the time, and not its way over the loopback.
    package static let mostBytes = 104 << 10

    /// The dashboard of this program.
    ///
    /// - Throws: only where the files of the page are at odds.
    package static func dashboard() throws(PageFault) -> Page {
        let sources = PageSource.all
        let modules = sources.filter { $0.name.hasSuffix(".js") }
        return try Page(
            document: sources.first { $0.name.hasSuffix(".html") }?.text ?? [],
            style: sources.first { $0.name.hasSuffix(".css") }?.text ?? [], modules: modules)
    }

    /// Joins files to a page.
    ///
    /// - Parameters:
    ///   - document: with one empty `<style>` and one empty `<script type="module">`.
    ///   - modules: each after those that it imports.
    package init(document: [UInt8], style: [UInt8], modules: [PageSource]) throws(PageFault) {
        let script = try ModuleJoiner.join(modules)
        let style = StyleSqueezer.squeeze(style)
        if script.contains("</script") { throw .ends(file: "a module") }
        if style.contains("</style") { throw .ends(file: "the style sheet") }
        var text = String(decoding: document, as: UTF8.self).split(separator: "\n").map(PageText.trimmed)
            .joined(separator: "\n")
        try Self.fill("<style>", "</style>", with: style, in: &text)
        try Self.fill("<script type=\"module\">", "</script>", with: script, in: &text)
        self.document = Array((text + "\n").utf8)
        policy = [
            "default-src 'none'", "script-src '\(Self.hash(script))'", "style-src '\(Self.hash(style))'",
            "connect-src 'self'", "img-src data:", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        ].joined(separator: "; ")
    }

    private static func fill(
        _ begin: String, _ end: String, with content: String, in text: inout String
    ) throws(PageFault) {
        let parts = text.split(separator: begin + end, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw .place(begin) }
        text = "\(parts[0])\(begin)\(content)\(end)\(parts[1])"
    }

    /// As policies name contents (CSP 3, 2.3.1).
    private static func hash(_ text: String) -> String {
        "sha256-" + String(decoding: Base64Text.bytes(SHA256.hash(Array(text.utf8))), as: UTF8.self)
    }
}
