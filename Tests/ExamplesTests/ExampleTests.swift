import Foundation
import Testing

@testable import policies_examples

/// What the articles of Resilience show is what its examples are and print. After a change of either,
///
///     REWRITE_ARTICLES=1 swift test --filter ExampleTests
///
/// puts into the articles what belongs there; read it before it is committed.
@Suite struct ExampleTests {
    @Test func articlesShowTheCodeAndWhatItPrints() throws {
        let code = try Articles.code()
        if ProcessInfo.processInfo.environment["REWRITE_ARTICLES"] != nil {
            for (url, text) in try Articles.all() {
                let rewritten = Articles.walk(text) { name, was, printed in
                    (code[name] ?? was, Examples.named(name)?.run().text ?? printed)
                }
                if rewritten != text { try rewritten.write(to: url, atomically: true, encoding: .utf8) }
            }
        }
        for block in try Articles.blocks() {
            let example = try #require(
                Examples.named(block.example), "\(block.article) shows \(block.example), which is no example")
            #expect(block.code == code[block.example], "\(block.article): code of \(block.example)")
            #expect(block.output == example.run().text, "\(block.article): what \(block.example) prints")
        }
    }

    @Test func everyExampleStandsInOneArticle() throws {
        let shown = try Articles.blocks().map(\.example)
        #expect(shown.sorted() == Examples.all.map { $0.name }.sorted())
        let code = try Articles.code()
        #expect(Set(code.keys) == Set(shown))
    }

    @Test(arguments: Examples.all.map { $0.name }) func anExampleIsTheSameEachTime(_ name: String) throws {
        let example = try #require(Examples.named(name))
        let first = example.run().text
        #expect(first == example.run().text)
        #expect(first.split(separator: "\n").count > 1, "\(name) shows nothing")
    }

    @Test func whatIsNoExampleIsRefused() {
        #expect(Examples.main(["retri"]) == 64)
        #expect(Examples.main([]) == 0)
        for example in Examples.all { #expect(Examples.list.contains(example.name)) }
    }

    /// Links to symbols: of each the first word is a public type of the library, and the others are declared in it.
    @Test func articlesLinkToWhatThereIs() throws {
        let folder = Articles.root.appending(path: "Sources/Resilience")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        var declared = Set<String>()
        for case let url as URL in files ?? .init() where url.pathExtension == "swift" {
            let text = try String(contentsOf: url, encoding: .utf8)
            for match in text.matches(of: /\b(?:struct|enum|case|func|let|var|,) (\w+)/) {
                declared.insert(String(match.1))
            }
        }
        declared.insert("init")
        let articles = try Articles.all()
        let names = Set(articles.map { $0.url.deletingPathExtension().lastPathComponent })
        for (url, text) in articles {
            for match in text.matches(of: /``([^`\n]+)``/) {
                for part in match.1.split(separator: "/") {
                    let name = String(part.prefix { $0 != "(" && $0 != "-" })
                    #expect(
                        declared.contains(name) || name == "Resilience",
                        "\(url.lastPathComponent) links to \(match.1), which is not declared")
                }
            }
            for match in text.matches(of: /<doc:([^>]+)>/) {
                #expect(names.contains(String(match.1)), "\(url.lastPathComponent) links to \(match.1), no article")
            }
        }
    }

    /// What a reader can copy needs nothing but the library.
    @Test func examplesImportTheLibraryOnly() throws {
        for url in try Articles.sources() where url.lastPathComponent != "main.swift" {
            let text = try String(contentsOf: url, encoding: .utf8)
            for match in text.matches(of: /(?m)^import (\w+)/) {
                #expect(["Resilience", "MeshBase"].contains(match.1), "\(url.lastPathComponent) imports \(match.1)")
            }
        }
    }
}
