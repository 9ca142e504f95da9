import Testing

@testable import Scenarios

/// Secrets: put in at the last moment, and hidden in all that comes back.
@Suite struct SecretBookTests {
    private let secret = SecretBook.Secret("token", variable: "TOKEN", place: "x:1")

    @Test func valuesArePutInAndHidden() throws {
        let book = try SecretBook([secret]) { $0 == "TOKEN" ? "s3cret/1" : nil }
        let text = "Bearer \(SecretBook.mark("token"))!"
        #expect(book.filled(text) == "Bearer s3cret/1!")
        #expect(SecretBook.shown(text) == "Bearer ${token}!")
        #expect(book.hiding("it was s3cret/1, s3cret%2F1 in the address") == "it was ***, *** in the address")
        #expect(
            SecretBook.mapPlain("a b\(SecretBook.mark("token"))c d") { $0.uppercased() }
                == "A B\(SecretBook.mark("token"))C D")
        var call = ScenarioCall(.process(.init(path: "curl")), place: "x:1")
        if case .process(var program) = call.kind {
            program.arguments = ["-H", text]
            call.kind = .process(program)
        }
        #expect(call.text == "curl -H Bearer ${token}!")
    }

    @Test func aSecretWithoutAValueIsNamed() {
        #expect(throws: SecretBook.Missing.self) { try SecretBook([secret]) { _ in nil } }
        var other = secret
        other.fallback = ""
        #expect(throws: Never.self) { try SecretBook([other]) { _ in nil } }
    }
}
