// Shows the OpenAPI document that the page names.
const page = document.getElementById("docs");

SwaggerUIBundle({
  domNode: page,
  url: page.dataset.document,
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null, // the default asks a server on the internet
  presets: [SwaggerUIBundle.presets.apis],
  syntaxHighlight: { activated: false },
});
