/// The Python programs of these tests: standard library only, so that they share nothing with what they test.
enum Script {
    static func path(_ name: String) -> String {
        #filePath.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/Scripts/" + name
    }
}
