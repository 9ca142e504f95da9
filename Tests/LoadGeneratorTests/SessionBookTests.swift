import Checkers
import MeshBase
import Testing
import Wire

@testable import LoadGenerator

@Suite struct SessionBookTests {
    private func request(_ kind: LoadRequest.Kind, customer: UInt32 = 1) -> LoadRequest {
        LoadRequest(intended: .zero, customer: customer, item: 1, kind: kind, priority: .normal)
    }

    private func end(
        _ book: inout SessionBook, _ request: LoadRequest, number: UInt64, _ outcome: History.Outcome,
        token: String = ""
    ) {
        var token = token
        token.withUTF8 { book.end(request, number: number, outcome, token: UnsafeRawBufferPointer($0)) }
    }

    @Test func aCustomerCarriesItsTokenOneRequestAtATime() {
        var book = SessionBook()
        #expect(book.begin(request(.write), number: 1) == Array("new".utf8))
        #expect(book.begin(request(.read), number: 2) == nil)
        #expect(book.begin(request(.read, customer: 2), number: 3) != nil)
        end(&book, request(.write), number: 1, .acknowledged(VersionWitness(counter: 5, writer: 1)), token: "t1")
        #expect(book.begin(request(.read), number: 4) == Array("t1".utf8))
        // A refusal has no token: what was known stays.
        end(&book, request(.read), number: 4, .failed)
        #expect(book.begin(request(.read), number: 5) == Array("t1".utf8))
        #expect(book.without == 1)
        end(&book, request(.read), number: 5, .missing(.none))
        #expect(!book.verdict().ok)
    }

    @Test func theTokenStandsInTheRequest() {
        let renderer = RequestRenderer(LoadConfiguration(rate: 1, duration: .seconds(1)), host: .loopback(80), run: 1)
        var output = ByteBuffer()
        renderer.append(request(.read), number: 1, session: Array("t1".utf8), into: &output)
        let text = String(decoding: output.bytes, as: UTF8.self)
        #expect(text.hasPrefix("GET /v1/customers/c1/records/k1 HTTP/1.1\r\nX-Session: t1\r\nHost: "), "\(text)")
    }
}
