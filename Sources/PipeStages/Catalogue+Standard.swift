package import PipeEngine

extension Catalogue {
  /// The components of this version: a line each.
  package static let standard = Catalogue(
    sources: [
      URLsSource.component,
      FileSource.component,
      StandardInputSource.component,
      RangeSource.component,
    ],
    extractors: [
      URLExtractor.component,
      FinalURLExtractor.component,
      StatusExtractor.component,
      TitleExtractor.component,
      LengthExtractor.component,
      ContentTypeExtractor.component,
      CharsetExtractor.component,
      LanguageExtractor.component,
      DescriptionExtractor.component,
      CanonicalExtractor.component,
      FirstHeadingExtractor.component,
      LinksExtractor.component,
      BodyExtractor.component,
      SourceExtractor.component,
      FetchedAtExtractor.component,
      ElapsedExtractor.component,
      FirstByteExtractor.component,
      AttemptsExtractor.component,
      RedirectsExtractor.component,
      DepthExtractor.component,
      ReferrerExtractor.component,
      AddressExtractor.component,
      HTTPVersionExtractor.component,
      TruncatedExtractor.component,
      ErrorExtractor.component,
      OKExtractor.component,
      TextExtractor.component,
      CSSExtractor.component,
      XPathExtractor.component,
      JSONExtractor.component,
      HashExtractor.component,
      MetaExtractor.component,
      HeaderExtractor.component,
      RegexExtractor.component,
      ConstExtractor.component,
      InputExtractor.component,
    ],
    sinks: [
      CSVSink.component,
      JSONLinesSink.component,
    ])
}
