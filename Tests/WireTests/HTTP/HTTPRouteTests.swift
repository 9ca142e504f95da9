import MeshBase
import Testing

@testable import Wire

@Suite struct HTTPRouteTests {
    /// `record customer key` or `service customer service rest`, decoded; or the failure's label.
    func route(_ path: String) -> String {
        let bytes = Array("GET \(path)".utf8)
        return bytes.withUnsafeBytes { buffer in
            do throws(HTTPRouteFailure) {
                switch try HTTPRoute.split(HTTPRange(4, bytes.count), in: buffer) {
                case .record(let customer, let key):
                    return "record \(customer.text(in: buffer)) \(key.text(in: buffer))"
                case .service(let customer, let service, let rest):
                    return "service \(customer.text(in: buffer)) \(service.text(in: buffer)) \(rest.text(in: buffer))"
                }
            } catch {
                return "\(error.status) \(error.label)"
            }
        }
    }

    @Test(arguments: [
        ("/v1/customers/c17/records/k", "record c17 k"),
        ("/v1/customers/c17/records/user:1@home", "record c17 user:1@home"),
        ("/v1/customers/c17/services/ping", "service c17 ping "),
        ("/v1/customers/c17/services/ping/", "service c17 ping /"),
        ("/v1/customers/c17/services/ping/a/b%2Fc", "service c17 ping /a/b%2Fc"),
        ("/v1/customers/a%62%C3%A9/records/%2f", "record ab\u{e9} /"),
        ("/v1/customers/%2541/records/k", "record %41 k"),
        ("/v1/customers/.../records/...", "record ... ..."),
        ("/", "404 unknown_path"),
        ("/v1/customers/", "400 empty_name"),
        ("/v1/customers/c17", "404 unknown_path"),
        ("/v1/customers/c17/records", "404 unknown_path"),
        ("/v1/customers/c17/records/", "400 empty_name"),
        ("/v1/customers//records/k", "400 empty_name"),
        ("/v1/customers/c17/services/", "400 empty_name"),
        ("/v1/customers/c17/services", "404 unknown_path"),
        ("/v1/customers/c17/recordz/k", "404 unknown_path"),
        ("/v1/customers/c17/records/k/l", "404 unknown_path"),
        ("/V1/customers/c17/records/k", "404 unknown_path"),
        ("/v1/customers/../records/k", "400 dot_segment"),
        ("/v1/customers/%2e%2e/records/k", "400 dot_segment"),
        ("/v1/customers/c17/records/.", "400 dot_segment"),
        ("/v1/customers/a:b/records/k", "400 bad_character"),
        ("/v1/customers/a%2Fb/records/k", "400 bad_encoding"),
        ("/v1/customers/a%00/records/k", "400 bad_encoding"),
        ("/v1/customers/a%0a/records/k", "400 bad_encoding"),
        ("/v1/customers/a%/records/k", "400 bad_encoding"),
        ("/v1/customers/a%g0/records/k", "400 bad_encoding"),
        ("/v1/customers/a%2/records/k", "400 bad_encoding"),
        ("/v1/customers/%ff/records/k", "400 bad_encoding"),
        ("/v1/customers/c17/records/%00", "400 bad_encoding"),
        ("/v1/customers/c17/services/a%2fb", "400 bad_encoding"),
    ])
    func split(_ path: String, _ expected: String) {
        #expect(route(path) == expected)
    }

    /// The query belongs to what is called, and to its key.
    @Test(arguments: [
        ("/a/b?q=1", "/a/b?q=1"), ("?q=1", "?q=1"), ("/?q=/x?y", "/?q=/x?y"), ("/a?", "/a"), ("?", "-"), ("", "-"),
    ])
    func whatFollowsAServiceHasItsQuery(_ target: String, _ expected: String) throws {
        var parser = HTTPRequestParser()
        var bytes = Array("GET /v1/customers/c/services/s\(target) HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
        try bytes.withUnsafeMutableBytes { memory in
            let buffer = UnsafeRawBufferPointer(memory)
            guard case .complete(let request) = parser.parse(memory, limits: HTTPLimits()),
                case .service(_, _, let rest) = try HTTPRoute.split(request, in: buffer)
            else {
                Issue.record("\(target) is no service's")
                return
            }
            #expect((rest.isPresent ? rest.text(in: buffer) : "-") == expected)
        }
    }

    @Test func namesAreBounded() {
        func name(_ count: Int, _ unit: String = "a") -> String { String(repeating: unit, count: count) }
        #expect(route("/v1/customers/\(name(128))/records/\(name(512))").hasPrefix("record"))
        #expect(route("/v1/customers/\(name(129))/records/k") == "400 name_too_long")
        #expect(route("/v1/customers/c/records/\(name(513))") == "400 name_too_long")
        #expect(route("/v1/customers/c/services/\(name(129))") == "400 name_too_long")
        #expect(route("/v1/customers/\(name(128, "%61"))/records/k").hasPrefix("record"))
        #expect(route("/v1/customers/\(name(129, "%61"))/records/k") == "400 name_too_long")
    }

    @Test func methods() throws {
        let bytes = Array("/v1/customers/c/records/k/v1/customers/c/services/s".utf8)
        try bytes.withUnsafeBytes { buffer in
            let record = try HTTPRoute.split(HTTPRange(0, 25), in: buffer)
            let service = try HTTPRoute.split(HTTPRange(25, bytes.count), in: buffer)
            #expect(HTTPMethod.allCases.filter(record.allows) == [.get, .head, .put, .delete])
            #expect(HTTPMethod.allCases.filter(service.allows) == [.get, .head, .post])
            #expect(record.customer.range == HTTPRange(14, 15))
        }
    }

    @Test func theStatusOfACustomerIsNeitherRecordNorService() {
        func customer(_ path: String) -> String? {
            let bytes = Array("GET \(path)".utf8)
            return bytes.withUnsafeBytes { buffer in
                HTTPRoute.customerOfStatus(HTTPRange(4, bytes.count), in: buffer)?.text(in: buffer)
            }
        }
        #expect(customer("/v1/customers/c17/status") == "c17" && customer("/v1/customers/a%62/status") == "ab")
        for path in [
            "/v1/customers//status", "/v1/customers/c17/statu", "/v1/customers/c17/status/",
            "/v1/customers/a%2Fb/status",
            "/v1/customers/../status", "/v1/customers/c17", "/status",
            "/v1/customers/\(String(repeating: "x", count: 129))/status",
        ] { #expect(customer(path) == nil, "\(path)") }
        #expect(route("/v1/customers/c17/status").hasPrefix("404 "))
    }
}
